import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { startRegistry } from '../test/e2e/fixtures/registry.ts';
import { compare, report, timed } from './measure.ts';

const rounds = 5;

/** Measures `ignite image import` of the Debian image, against the same tools by hand. */
export async function benchImport(): Promise<void> {
  await using registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('debian')}`, 'debian:12');
  const image = `${registry.host}/debian:12`;
  const byHand = () => {
    const dir = mkdtempSync(join(tmpdir(), 'ignite-bench-'));
    const run = (tool: string, ...args: readonly string[]) => execFileSync(tool, args, { stdio: 'ignore' });
    return timed(() => {
      const layout = join(dir, 'layout');
      run(
        'skopeo',
        '--insecure-policy',
        'copy',
        '-q',
        '--src-tls-verify=false',
        `docker://${image}`,
        `oci:${layout}:i`,
      );
      run('umoci', 'raw', 'unpack', '--image', `${layout}:i`, join(dir, 'root'));
      run('truncate', '-s', '1G', join(dir, 'disk'));
      run('mke2fs', '-q', '-F', '-t', 'ext4', '-d', join(dir, 'root'), join(dir, 'disk'));
    }).finally(() => rmSync(dir, { recursive: true }));
  };
  const ours = async () => {
    await using ignite = await Ignite.open(120);
    return await timed(async () => void (await ignite.ok('image', 'import', image)));
  };
  const times = await compare(rounds, { ours, byHand });
  report('ignite image import, Debian', times['ours']!, 'skopeo + umoci + mke2fs', times['byHand']!, 1);
}
