import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, get } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
let uid: string;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(170);
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

test('system df tells what takes space; prune removes what nothing uses, and only that', async () => {
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('http')}`);
  await ignite.ok('volume', 'create', 'spare', '--size', '16MB');
  const left = put('scratch/image-killed/root/file');
  const kept = put('kept-disks/web-0123456789abcdef-4294967296.qcow2');
  const df = await ignite.ok('system', 'df');
  assert.match(df, /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +2 +1 +\S+ MB +\S+ MB \(\d+%\)$/m);
  assert.match(
    df,
    /^VMs +2 +1 .*\nVolumes +1 +0 .*\nSnapshots +0 +0 .*\nLogs +1 .*\nKept disks +1 +0 .*\nLeftovers +1 +0 /m,
  );
  const { sums } = JSON.parse(await ignite.ok('system', 'df', '-o', 'json'));
  assert.ok(sums.every(({ sizeBytes, reclaimableBytes }: Sum) => sizeBytes >= reclaimableBytes));

  const refused = await ignite.run('prune');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--force/);
  assert.match(
    await ignite.ok('system', 'prune', '--dry-run'),
    /^Would remove image "http:latest" .*\nWould remove leftover "scratch\/image-killed" .*\nWould remove layers of images .*\nWould free .* MB\n$/,
  );
  const asked = ignite.onTerminal(['prune']);
  await asked.shows(/Would remove image "http:latest"[^]*Remove all of these\? \[y\/N\]/);
  asked.types('n\r');
  assert.equal(await asked.ended, 0);
  assert.ok(existsSync(left));
  assert.match(await ignite.ok('images'), /http/);

  const pruned = await ignite.ok('prune', '-f');
  assert.match(
    pruned,
    /^Removed image "http:latest" .*\nRemoved leftover .*\nRemoved layers of images .*\nFreed .* MB\n$/,
  );
  assert.doesNotMatch(await ignite.ok('images'), /http/);
  assert.equal(existsSync(dirname(left)), false);
  assert.ok(existsSync(kept));
  assert.equal(await ignite.ok('prune', '-f'), 'Nothing to remove\n');
  assert.match(await ignite.ok('ps'), /busy/);

  assert.match(await ignite.ok('prune', '-f', '--kept-disks'), /^Removed kept disk "web-/);
  assert.equal(existsSync(kept), false);
  assert.match(await ignite.ok('volume', 'ls'), /spare/);
  assert.match(await ignite.ok('volume', 'prune', '-f'), /^Removed volume "spare" /);
  assert.match(await ignite.ok('vm', 'prune', '-f'), /^Removed VM "idle" .*\nFreed .*\n$/);
  assert.match(await ignite.ok('ps', '-a'), /busy/);
});

test('prune clears up after an import that was killed', async () => {
  const tags = (): number =>
    readFileSync(inData('oci/index.json'), 'utf8').split('org.opencontainers.image.ref.name').length; // the file may also be half-written
  const before = tags();
  const importing = ignite.start(['image', 'import', `oci-archive:${imageArchive('http')}`]);
  let isOver = false;
  void importing.ended.then(() => (isOver = true));
  while (tags() <= before && !isOver) await delay(5);
  importing.kill();
  await importing.ended;
  assert.ok(tags() > before);
  await ignite.ok('prune', '-f');
  assert.equal(tags(), before);
  assert.equal(readdirSync(inData('images')).length, 1);
  assert.deepEqual(readdirSync(inData('scratch')), []);
});

test('metrics of VMs and of the host are printed, and served at unix sockets while there is a daemon', async () => {
  const ofBusy = new RegExp(`^ignite_vm_cpu_seconds_total\\{vm="busy",uid="${uid}"\\} [\\d.]+$`, 'm');
  assert.match(await ignite.ok('metrics', 'busy'), ofBusy);
  const ofHost = await ignite.ok('metrics');
  assert.match(ofHost, ofBusy);
  assert.match(ofHost, /^ignite_vms\{phase="Running"\} 1$/m);
  assert.equal((await ignite.run('metrics', 'nobody')).code, 1);

  const [daemon, ofVm] = [join(ignite.dir, 'run/daemon.sock'), inData(`vms/${uid}/prometheus.sock`)];
  writeFileSync(ofVm, ''); // a killed daemon leaves the file
  const serving = ignite.start(['gitops']);
  await until('both sockets are there', () => existsSync(daemon) && statSync(ofVm).isSocket());
  assert.equal(statSync(ofVm).mode & 0o777, 0o600);
  const { type, body } = await scrape(ofVm, '/metrics');
  assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(body, ofBusy);
  assert.doesNotMatch(body, /ignite_vms|gitops_/);
  const whole = (await scrape(daemon, '/metrics')).body;
  assert.match(whole, ofBusy);
  assert.match(whole, /^# TYPE gitops_reconcile_total counter$/m);
  assert.equal((await scrape(ofVm, '/')).status, 404);

  await ignite.ok('kill', 'busy');
  await until('the socket of the VM is gone', () => !existsSync(ofVm));
  assert.match((await scrape(daemon, '/metrics')).body, new RegExp(`^ignite_vm_up\\{.*"${uid}"\\} 0$`, 'm'));
  serving.interrupt();
  assert.equal((await serving.ended).code, 0);
  assert.equal(existsSync(daemon), false);

  await ignite.ok('vm', 'prune', '-f');
  assert.match(
    await ignite.ok('prune', '-f'),
    /^Removed image "busybox:latest" .*\nRemoved kernel [^]*\nFreed /,
  );
  assert.equal(await ignite.ok('prune', '-f'), 'Nothing to remove\n');
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});

async function scrape(socketPath: string, path: string) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({ socketPath, path }, resolve).on('error', reject);
  const answer = await promise;
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) };
}

interface Sum {
  readonly sizeBytes: number;
  readonly reclaimableBytes: number;
}

const inData = (path: string): string => join(ignite.dir, 'data', path);

function put(path: string): string {
  const file = inData(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.alloc(100_000, 1));
  return file;
}
