import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VmUsage } from '@ignite/api/client/usage-client';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { bytes } from '@ignite/toolkit/units/bytes';
import { Registry } from 'prom-client';
import { registerVms } from './vm-metrics.ts';

const vm = sampleVm({
  spec: { image: { oci: 'a"b' }, cpus: 2 },
  status: { phase: 'Running', startTime: '1970-01-01T00:01:00Z' },
});

const usage: VmUsage = {
  namespace: 'default',
  name: 'web',
  uid: '0123456789abcdef',
  atMs: 0,
  cpuSeconds: 1.5,
  memory: 1_000,
  memoryLimit: undefined,
  diskRead: 0,
  diskWritten: undefined,
  networkReceived: 7,
  networkSent: 8,
  pids: 5,
};

test('registerVms: samples with the labels vm and uid, none for what is not known, in the text format', async () => {
  const registry = new Registry();
  registerVms([{ vm, usage }], registry);
  const text = await registry.metrics();
  const labels = '{vm="web",uid="0123456789abcdef"}';
  for (const [name, type, value] of [
    ['up', 'gauge', 1],
    ['start_time_seconds', 'gauge', 60],
    ['cpus', 'gauge', 2],
    ['cpu_seconds_total', 'counter', 1.5],
    ['disk_read_bytes_total', 'counter', 0],
    ['network_receive_bytes_total', 'counter', 7],
    ['network_transmit_bytes_total', 'counter', 8],
    ['processes', 'gauge', 5],
  ] as const) {
    assert.ok(text.includes(`# TYPE ignite_vm_${name} ${type}\nignite_vm_${name}${labels} ${value}\n`), text);
  }
  assert.ok(!text.includes('ignite_vm_memory_limit_bytes{'), text);
  assert.ok(!text.includes('ignite_vm_disk_written_bytes_total{'), text);
  assert.match(text, /^ignite_vm_info\{.*image="a\\"b".*\} 1$/m);
});

test('registerVms: what the guest has, which is not always what is wanted of it by now', async () => {
  const registry = new Registry();
  const memory = bytes(256 * 2 ** 20);
  const changed = { ...vm, spec: { ...vm.spec, cpus: 4 }, status: { ...vm.status, booted: vm.spec, memory } };
  registerVms([{ vm: changed, usage }], registry);
  const text = await registry.metrics();
  assert.match(text, /^ignite_vm_cpus\{.*\} 2$/m);
  assert.match(text, /^ignite_vm_memory_guest_bytes\{.*\} 268435456$/m);
});
