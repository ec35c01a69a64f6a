import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import type { Machine } from '../machine.ts';
import { bodySchemas, endpointOf } from './api-schema.ts';
import { ApiDouble } from './api.contract.ts';
import { bootRequests } from './boot-requests.ts';
import { firecracker } from './firecracker.ts';
import { loadSnapshot, saveSnapshot } from './snapshot.ts';

const machine: Machine = {
  name: 'ignite-x',
  arch: 'amd64',
  accel: { kind: 'kvm' },
  cpus: 2,
  memory: bytes(2 ** 30),
  kernel: { path: '/vm/kernel', initrd: '/vm/initrd', commandLine: 'console=ttyS0' },
  disks: [
    {
      serial: 'root',
      path: '/vm/root',
      format: 'raw',
      readOnly: false,
      limit: { bytesPerSecond: 1_000, operationsPerSecond: 50 },
    },
    { serial: 'vol-data', path: '/vm/data', format: 'raw', readOnly: true },
  ],
  shares: [],
  nics: [
    { tap: 'tap0', mac: '0a:00:00:00:00:01', limit: { bytesPerSecond: 5_000 } },
    { tap: 'tap1', mac: '0a:00:00:00:00:02' },
  ],
  statusFile: '/vm/exit-status',
  controlSocket: '/vm/run/control.sock',
  consoleSocket: '/vm/run/console.sock',
  consoleLog: '/proc/self/fd/1',
  vsockPath: '/vm/run/vsock.sock',
  metadata: { 'instance-id': 'x' },
  metricsPath: '/vm/run/metrics',
};

const dir = mkdtempSync(join(tmpdir(), 'firecracker-'));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;
const socketPath = (name: string): string => join(dir, `${name}.sock`);

test('bootRequests: a machine with everything, as the API wants it', (t: TestContext) => {
  t.assert.fileSnapshot(bootRequests(machine), join(import.meta.dirname, 'golden', 'everything.json'), {
    serializers: [(value: unknown) => `${JSON.stringify(value, null, 2)}\n`],
  });
});

test('bootRequests: every body is what its endpoint accepts, and the start comes last', () => {
  const { vsockPath: _vsock, metadata: _metadata, metricsPath: _metrics, ...plain } = machine;
  for (const each of [machine, plain]) {
    const requests = bootRequests(each);
    for (const { method, path, body } of requests) v.parse(bodySchemas[endpointOf(method, path)!], body);
    assert.deepEqual(requests.at(-1), {
      method: 'PUT',
      path: '/actions',
      body: { action_type: 'InstanceStart' },
    });
    assert.equal(requests.filter(({ path }) => path.startsWith('/drives/')).at(-1)?.path, '/drives/vdc');
  }
});

test('firecracker: boots, is paused, resumed, given less memory, and hears its button', async () => {
  const sockets = { control: socketPath('life'), console: '', state: '' };
  await using double = await new ApiDouble().listen(sockets.control);
  assert.equal(await firecracker.hasBooted(sockets, never), false);
  double.asked.length = 0;
  await firecracker.boot(machine, sockets, never);
  assert.deepEqual(
    double.asked.map(({ method, path }) => `${method} ${path}`),
    bootRequests(machine).map(({ method, path }) => `${method} ${path}`),
  );
  assert.equal(await firecracker.hasBooted(sockets, never), true);
  double.asked.length = 0;
  await firecracker.pause(sockets, never);
  await firecracker.resume(sockets, never);
  await firecracker.resizeMemory(sockets, bytes(768 * 2 ** 20), never);
  assert.equal(await firecracker.guestMemory(sockets, never), 824 * 2 ** 20);
  await firecracker.pressPowerButton(sockets, never);
  assert.deepEqual(double.asked, [
    { method: 'PATCH', path: '/vm', body: { state: 'Paused' } },
    { method: 'PATCH', path: '/vm', body: { state: 'Resumed' } },
    { method: 'GET', path: '/machine-config' },
    { method: 'PATCH', path: '/balloon', body: { amount_mib: 256 } },
    { method: 'GET', path: '/machine-config' },
    { method: 'GET', path: '/balloon/statistics' },
    { method: 'PUT', path: '/actions', body: { action_type: 'SendCtrlAltDel' } },
  ]);
});

test('snapshot: a machine is halted and written down, and goes on in a Firecracker that knows nothing else', async () => {
  const files = { state: '/vm/run/state', memory: '/vm/run/memory' };
  const [from, to] = [socketPath('saved'), socketPath('loaded')];
  await using saved = await new ApiDouble().listen(from);
  await using loaded = await new ApiDouble().listen(to);
  await assert.rejects(saveSnapshot(from, files, never), { code: 'VMM_REFUSED', message: /before starting/ });
  await firecracker.boot(machine, { control: from, console: '', state: '' }, never);
  await saveSnapshot(from, files, never);
  assert.deepEqual(saved.asked.at(-1)?.body, {
    snapshot_type: 'Full',
    snapshot_path: files.state,
    mem_file_path: files.memory,
  });
  await loadSnapshot(to, { ...files, taps: ['tap7'] }, never);
  assert.equal(await firecracker.hasBooted({ control: to, console: '', state: '' }, never), true);
  assert.deepEqual(loaded.asked[0]?.body, {
    snapshot_path: files.state,
    mem_backend: { backend_type: 'File', backend_path: files.memory },
    resume_vm: true,
    network_overrides: [{ iface_id: 'eth0', host_dev_name: 'tap7' }],
  });
  await assert.rejects(loadSnapshot(from, { ...files, taps: [] }, never), { code: 'VMM_REFUSED' });
});

test('firecracker: a refusal ends the boot, in the words of the VMM', async () => {
  const sockets = { control: socketPath('refusal'), console: '', state: '' };
  await using double = await new ApiDouble().listen(sockets.control);
  double.faults.set('/boot-source', 'The kernel file cannot be opened');
  await assert.rejects(firecracker.boot(machine, sockets, never), {
    code: 'VMM_REFUSED',
    message: 'the VMM refused PUT /boot-source: The kernel file cannot be opened',
  });
  assert.equal(double.asked.at(-1)?.path, '/boot-source');
  await assert.rejects(firecracker.pause(sockets, never), /not supported before/);
});

test('firecracker: a socket that comes late is waited for, and an abort ends the wait', async () => {
  const double = new ApiDouble();
  const sockets = { control: socketPath('late'), console: '', state: '' };
  const booted = firecracker.boot(machine, sockets, never);
  setTimeout(() => void double.listen(sockets.control), 100);
  await booted;
  await double[Symbol.asyncDispose]();
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  const late = { control: join(dir, 'never.sock'), console: '', state: '' };
  await assert.rejects(
    firecracker.boot(machine, late, stop.signal),
    (failure: Error) => failure.name === 'AbortError' || failure.message === 'enough',
  );
});

test('firecracker: its command line names the API socket and nothing of the machine', () => {
  const [program, ...args] = firecracker.command(machine);
  assert.match(program ?? '', /\/firecracker$/);
  assert.deepEqual(args, ['--api-sock', '/vm/run/control.sock', '--id', 'ignite-x']);
});

test('guestEnd: a kernel that gave up is told by the console, and nothing else is', () => {
  const guestEndOf = (printed: string) => firecracker.guestEnd({ events: '', printed });
  assert.equal(
    guestEndOf('up\n[    3.134905] Kernel panic - not syncing: sysrq triggered crash\n'),
    'panicked',
  );
  assert.equal(guestEndOf('up\n[    3.134905] reboot: Restarting system\n'), undefined);
  assert.equal(firecracker.guestEnd({ events: '' }), undefined);
});
