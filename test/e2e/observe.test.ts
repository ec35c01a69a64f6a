import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
let uid: string;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(170);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
  uid = (await ignite.ok('run', '-q', 'busybox', '--name', 'busy', '--memory', '128MB')).trim();
  await ignite.ok('create', 'busybox', '--name', 'idle', '--', 'true');
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('stats tells what a VM takes of this host, and of one that does not run that nothing is known', async () => {
  const [busy, ...others] = JSON.parse(await ignite.ok('stats', '--no-stream', '-o', 'json'));
  assert.deepEqual(others, []);
  assert.equal(busy.name, 'busy');
  assert.equal(busy.uid, uid);
  assert.ok(busy.cpuSeconds > 0.1, JSON.stringify(busy));
  assert.ok(busy.cpuPercent >= 0 && busy.cpuPercent < 1_000, JSON.stringify(busy));
  assert.ok(
    busy.memoryBytes > 20 * 2 ** 20 && busy.memoryBytes <= busy.memoryLimitBytes,
    JSON.stringify(busy),
  );
  assert.ok(busy.pids >= 1 && busy.pids <= 256, JSON.stringify(busy));
  assert.equal(typeof busy.networkSentBytes, 'number');

  const table = await ignite.ok('stats', '--no-stream', '--all');
  assert.match(table, /^VM ID +NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS\n/);
  assert.match(table, new RegExp(`^${uid} +busy +\\d+\\.\\d\\d% +[\\d.]+ MB / [\\d.]+ MB +[\\d.]+% +`, 'm'));
  assert.match(table, /^\S+ +idle( +-){6}$/m);
  const format = '{{.Name}} {{.CPUPerc}} {{.pids}}';
  assert.match(await ignite.ok('top', 'bus', '--no-stream', '--format', format), /^busy \d+\.\d\d% \d+\n$/);
});

test('stats goes on until it is interrupted, and refuses what it does not know', async () => {
  const watching = ignite.onTerminal(['stats', 'busy']);
  await watching.shows(/\u001b\[H\u001b\[JVM ID[^]*busy[^]*\u001b\[H\u001b\[JVM ID/);
  watching.types('\u0003');
  assert.equal(await watching.ended, 0);
  assert.match((await ignite.run('stats', 'nobody')).stderr, /there is no VM with the name or uid "nobody"/);
  const typo = await ignite.run('stats', '--no-stream', '--format', '{{.CPUPrec}}');
  assert.equal(typo.code, 2, typo.stderr);
  assert.match(typo.stderr, /did you mean "?\{?\{?\.?CPUPerc/i);
});
