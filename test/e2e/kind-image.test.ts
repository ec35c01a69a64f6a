import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { cloudConfigText } from '../../packages/cluster/src/bootstrap/cloud-config.ts';
import { kindFiles } from '../../packages/cluster/src/operations/plan-kind-nodes.ts';
import { bootstrapped } from './fixtures/bootstrapped.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { madeOnce } from './fixtures/made-once.ts';

const skip = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: run scripts/test-clusters';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  if (skip !== false) return;
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(70);
});
after(async () => {
  if (skip !== false) return;
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** Returns a double of an image of kind, since those are not everywhere to be had. */
function image(): string {
  const double = join(import.meta.dirname, 'fixtures/kind-double');
  const base = imageArchive('debian');
  const recipe = [double, join(import.meta.dirname, '../../images/debian/build')];
  const path = madeOnce({
    name: 'images/kind-double.tar',
    from: recipe.map((file) => readFileSync(file, 'utf8')).join('\n'),
    command: (output) => [double, base, output],
  });
  return `oci-archive:${path}`;
}

async function run(name: string, files: readonly object[]): Promise<string> {
  const path = join(ignite.dir, `${name}.yaml`);
  const runcmd = [
    'mkdir -p /var/lib/kubelet',
    'touch /var/lib/kubelet/config.yaml',
    'systemctl start kubelet',
  ];
  writeFileSync(path, cloudConfigText({ write_files: files, runcmd }));
  await ignite.ok('run', '-q', image(), '--name', name, '--memory', '256MB', '--user-data', path);
  return await bootstrapped(ignite, name);
}

test(
  'a machine of an image of kind boots its init, and its kubelet, containers and packets get through',
  { skip },
  async () => {
    assert.match(await run('container', []), /^CommandsFailed: /, 'the double refuses a machine as it is');
    await ignite.ok('rm', '-f', 'container');
    assert.equal(await run('machine', kindFiles), 'Done: ');
    const lines = await ignite.ok(
      ...['exec', 'machine', '--', 'sh', '-c'],
      `cat /proc/1/comm /proc/sys/net/ipv4/ip_forward; systemctl is-active kubelet; hook && cat /run/product_uuid; ls /kind`,
    );
    const { metadata } = JSON.parse(await ignite.ok('inspect', 'machine', '-o', 'json')) as {
      readonly metadata: { readonly uid: string };
    };
    assert.equal(lines, `systemd\n1\nactive\n${metadata.uid}\nproduct_name\nproduct_uuid\n`);
    await ignite.ok('rm', '-f', 'machine');
  },
);
