import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, test, type TestContext } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import type { Machine } from '../machine.ts';
import { bodySchemas, endpointOf } from './api-schema.ts';
import { bootRequests } from './boot-requests.ts';
import { firecracker } from './firecracker.ts';

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
let doubles = 0;

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body?: unknown;
}

/** Listens as Firecracker does: bodies are held to their schemas, what is for before the start is refused after it. */
class Double implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly control = join(dir, `${(doubles += 1)}.sock`);
  /** Answers a path with a fault. */
  readonly faults = new Map<string, string>();
  #isStarted = false;
  readonly #server: Server = createServer((request, answer) => {
    const { method, url: path } = request;
    if (method === 'GET') {
      this.asked.push({ method, path });
      answer.writeHead(200).end(JSON.stringify({ mem_size_mib: 1_024, vcpu_count: 2, actual_mib: 200 }));
      return;
    }
    void json(request).then((body) => {
      this.asked.push({ method, path, body });
      const fault = this.#faultOf(method ?? '', path ?? '', body);
      if (fault === undefined) answer.writeHead(204).end();
      else answer.writeHead(400).end(JSON.stringify({ fault_message: fault }));
    });
  });

  async listen(): Promise<this> {
    await once(this.#server.listen(this.control), 'listening');
    return this;
  }

  #faultOf(method: string, path: string, body: unknown): string | undefined {
    const endpoint = endpointOf(method, path);
    if (endpoint === undefined) return `Invalid request method and/or path: ${method} ${path}.`;
    if (!v.safeParse(bodySchemas[endpoint], body).success)
      return `An error occurred when deserializing the json body`;
    const isAction = endpoint === 'PUT /actions' || method === 'PATCH' || endpoint === 'PUT /mmds';
    if (this.#isStarted && !isAction)
      return 'The requested operation is not supported after starting the microVM.';
    if (!this.#isStarted && method === 'PATCH')
      return 'The requested operation is not supported before starting the microVM.';
    if (v.is(v.looseObject({ action_type: v.literal('InstanceStart') }), body)) this.#isStarted = true;
    return this.faults.get(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

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
    assert.equal(requests.filter(({ path }) => path.startsWith('/drives/')).at(-1)?.path, '/drives/status');
  }
});

test('firecracker: boots, is paused, resumed, given less memory, and hears its button', async () => {
  await using double = await new Double().listen();
  const sockets = { control: double.control, console: '' };
  await firecracker.boot(machine, sockets, never);
  assert.deepEqual(
    double.asked.map(({ method, path }) => `${method} ${path}`),
    bootRequests(machine).map(({ method, path }) => `${method} ${path}`),
  );
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

test('firecracker: a refusal ends the boot, in the words of the VMM', async () => {
  await using double = await new Double().listen();
  double.faults.set('/boot-source', 'The kernel file cannot be opened');
  await assert.rejects(firecracker.boot(machine, { control: double.control, console: '' }, never), {
    code: 'VMM_REFUSED',
    message: 'the VMM refused PUT /boot-source: The kernel file cannot be opened',
  });
  assert.equal(double.asked.at(-1)?.path, '/boot-source');
  await assert.rejects(
    firecracker.pause({ control: double.control, console: '' }, never),
    /not supported before/,
  );
});

test('firecracker: a socket that comes late is waited for, and an abort ends the wait', async () => {
  const double = new Double();
  const booted = firecracker.boot(machine, { control: double.control, console: '' }, never);
  setTimeout(() => void double.listen(), 100);
  await booted;
  await double[Symbol.asyncDispose]();
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  const late = { control: join(dir, 'never.sock'), console: '' };
  await assert.rejects(
    firecracker.boot(machine, late, stop.signal),
    (failure: Error) => failure.name === 'AbortError' || failure.message === 'enough',
  );
});

test('firecracker: its command line names the API socket and nothing of the machine', () => {
  const [program, ...args] = firecracker.command(machine);
  assert.match(program ?? '', /\/firecracker$/);
  assert.deepEqual(args, ['--api-sock', '/vm/run/control.sock', '--id', 'ignite-x', '--level', 'Warning']);
});
