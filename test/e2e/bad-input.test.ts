import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';

let ignite: Ignite;
before(async () => (ignite = await Ignite.open(103)));
after(() => ignite[Symbol.asyncDispose]());

const run = (...flags: readonly string[]): readonly string[] => ['run', 'x', ...flags];
const refused: readonly (readonly string[])[] = [
  run('--cpus', 'two'),
  run('--cpus', '0'),
  run('--cpus', '65'),
  run('--cpus', '-1'),
  run('--memory', '1'),
  run('--memory', '1XB'),
  run('--memory', '95MB'),
  run('--memory', '512.5KB'),
  run('--size', '1MB'),
  run('--size', ''),
  run('--name', 'UPPER'),
  run('--name', 'a.b'),
  run('--name', '-a'),
  run('--name', 'a'.repeat(64)),
  run('--name', '../x'),
  run('--ports', '80'),
  run('--ports', '80:80/sctp'),
  run('--ports', '80:80,80:81'),
  run('--label', 'novalue'),
  run('--copy-files', 'relative:/x'),
  run('--copy-files', '/etc/hosts:/a/../../x'),
  run('--copy-files', '/does/not/exist:/x'),
  run('--ssh=/does/not/exist'),
  run('--platform', 'windows/amd64'),
  run('--require-name'),
  run('--nonsense'),
  run('--name'),
  run('extra'),
  ['run'],
  ['run', 'UPPER/x'],
  ['run', 'a b'],
  ['run', '../../etc'],
  ['ps', '-o', 'xml'],
  ['ps', '--filter', 'bad'],
  ['ps', 'extra'],
  ['inspect', 'pod', 'x'],
  ['logs', '--tail', 'x', 'y'],
  ['stop', '--time', 'x', 'y'],
  ['completion', 'tcsh'],
  ['frobnicate'],
  ['version', '-o', 'xml'],
];

for (const args of refused) {
  test(`ignite ${args.join(' ').slice(0, 80)}: is refused with status 2, one line of what and one of what to do`, async () => {
    const { code, stdout, stderr } = await ignite.run(...args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^error: [^\n]+\nhint: [^\n]+\n$/);
  });
}

test('what was refused has made nothing', async () => {
  assert.equal(await ignite.ok('ps', '-a', '-q'), '');
  for (const folder of ['vms', 'oci', 'images', 'kernels', 'scratch'])
    assert.deepEqual(readdirSync(`${ignite.dir}/data/${folder}`), [], folder);
});

test('a size that is none is answered with how sizes are written', async () => {
  assert.match(
    (await ignite.run('run', 'x', '--memory', '512Mb')).stderr,
    /spec\.memory: .*"512Mb"; a lower-case b /,
  );
  assert.match((await ignite.run('run', 'x', '--size', 'large')).stderr, /spec\.diskSize: .*such as 512MB/);
});

test('unknown and ambiguous names are told apart', async () => {
  for (const command of ['start', 'stop', 'rm', 'logs', 'ssh', 'inspect', 'wait']) {
    const { code, stderr } = await ignite.run(command, 'nobody');
    assert.equal(code, 1);
    assert.match(stderr, /there is no VM with the name or uid "nobody"\nhint: "ignite ps -a"/);
  }
});
