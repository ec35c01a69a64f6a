import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { compare, report, timed } from './measure.ts';

const subnet = 217;
const sizeMB = 64;
const blocks = (sizeMB * 2 ** 20) / 65_536;

/**
 * Measures what an entrypoint writes and reads through `ignite run -i`, in comparison with a bare
 * virtio-serial port of the same machine.
 */
export async function benchStreams(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  const start = (script: string) =>
    spawn(join(import.meta.dirname, '../bin/ignite'), ['run', '-i', 'busybox', '--', 'sh', '-c', script], {
      env: ignite.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  /** Returns the milliseconds from the first byte of the output to its end. */
  const output = async (script: string): Promise<number> => {
    const child = start(script);
    child.stdin.end();
    await once(child.stdout, 'readable');
    return await timed(async () => {
      child.stdout.resume();
      await once(child.stdout, 'end');
    });
  };
  const input = async (): Promise<number> => {
    const child = start('echo ready; cat >/dev/null');
    await once(child.stdout, 'data');
    return await timed(async () => {
      child.stdin.end(Buffer.alloc(sizeMB * 2 ** 20));
      await once(child, 'exit');
    });
  };
  const fill = `dd if=/dev/zero bs=64k count=${blocks} 2>/dev/null`;
  // This ends the relay, and then writes to the relay's port directly.
  const bare = `kill $(pgrep -f of=/dev/vport0p2); sleep 1; dd if=/dev/zero of=/dev/vport0p2 bs=64k count=${blocks} 2>/dev/null`;
  const times = await compare(3, { run: () => output(fill), bare: () => output(bare), input });
  report(`run -i, ${sizeMB} MiB of output`, times['run']!, 'a bare port', times['bare']!, 1.25);
  report(`run -i, ${sizeMB} MiB of input`, times['input']!, 'a bare port, output', times['bare']!, 2);
}
