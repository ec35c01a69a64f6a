import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { filterKeys } from '../vm/ps.ts';
import { type FilterKeys, applyFilters, parseFilters } from './object-filter.ts';

const vm = {
  apiVersion: 'ignite.weave.works/v1',
  kind: 'VM',
  metadata: {
    name: 'web-1',
    uid: '0123456789abcdef',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', tier: '', testName: 'T1' },
    annotations: {},
  },
  spec: {
    image: { oci: 'debian:12' },
    kernel: {},
    cpus: 2,
    memory: 2 ** 30,
    diskSize: 4 * 2 ** 30,
    network: { ports: [{ hostPort: 80, vmPort: 8080, protocol: 'tcp' }] },
    copyFiles: [],
    power: 'Running',
  },
  status: {
    phase: 'Running',
    startTime: '2026-01-01T00:00:00Z',
    network: { ipAddresses: ['10.61.0.2'], mac: '', gateway: '' },
  },
} as unknown as Vm;

const context = async () => ({
  nowMs: Date.parse('2026-01-01T08:00:00Z'),
  paths: { dataDir: '/d', runDir: '/r' },
  images: [],
  kernels: [],
});

async function fits(...texts: readonly string[]): Promise<boolean> {
  const keys: FilterKeys<Vm> = filterKeys;
  const found = await applyFilters([vm], parseFilters(texts, Object.keys(keys)), keys, context);
  return found.length === 1;
}

for (const [text, expected] of [
  ['name=web-1', true],
  ['name==web-1', true],
  ['name=web', false],
  ['name=~web', true],
  ['name!=web-1', false],
  ['name!~db', true],
  ['status=running', true],
  ['image=debian:12', true],
  ['label=app=web', true],
  ['label=app', true],
  ['label=app=db', false],
  ['label=none', false],
  ['label=toString', false],
  // As the original's documentation and tests have them.
  ['{{.Name}}=web-1', true],
  ['{{.Name}}=~eb', true],
  ['{{.ObjectMeta.Name}}!=web-1', false],
  ['{{.Spec.Memory}}=~1024', true],
  ['{{.Spec.Memory}}=1024.0 MB', true],
  ['{{.Spec.CPUs}}=2', true],
  ['{{.Status.Running}}=true', true],
  ['{{.Status.IPAddresses}}=10.61.0.2', true],
  ['{{.Status.Network.IPAddresses}}==10.61.0.2', true],
  ['{{.ObjectMeta.Labels}}=~testName:T1', true],
  ['{{.ObjectMeta.Labels.testName}}=T1', true],
  ['{{.ObjectMeta.Labels.none}}=T1', false],
  ['{{.Spec.Image.OCI}}=debian:12,{{.Spec.CPUs}}=2', true],
  ['{{.Spec.Image.OCI}}=debian:12,{{.Spec.CPUs}}!=2', false],
  // Beyond it.
  ['{{.spec.cpus}}=2', true],
  ['{{ .Spec.Memory }}=1024.0 MB', true],
  ['{{.spec.memory}}=1GB', true],
  ['{{printf "%s,%s" .Name .Spec.Image.OCI}}=~web-1', true],
  ['{{.Spec.Network.Ports}}=~:80->', true],
  ['{{gt .Spec.CPUs 1}}=true,name=~web', true],
  ['{{len .ObjectMeta.Labels}}=3', true],
] as const) {
  test(`--filter ${text} ${expected ? 'fits' : 'does not fit'}`, async () =>
    assert.equal(await fits(text), expected));
}

test('--filter: all of several must fit', async () => {
  assert.equal(await fits('name=web-1', 'label=app=web'), true);
  assert.equal(await fits('name=web-1', 'label=app=db'), false);
});

for (const [text, said] of [
  ['', '"" is not KEY=VALUE'],
  ['bad', '"bad" is not KEY=VALUE'],
  ['name>x', '"name>x" is not KEY=VALUE'],
  ['name=a,bad', '"bad" is not KEY=VALUE'],
  ['size=2', 'unknown key "size" in "size=2"'],
  ['{{.Name}}', '"{{.Name}}" is not KEY=VALUE'],
  ['{{.Spec.Nosuch}}=1', `can't evaluate field Nosuch in type ignite.VMSpec`],
  ['{{.spec.cpuz}}=1', "can't evaluate field cpuz in type spec"],
  ['{{range}}=1', 'missing value for range'],
] as const) {
  test(`--filter ${JSON.stringify(text)}: is refused, and says which item is wrong`, async () =>
    await assert.rejects(fits(text), (failure: Error & { readonly code?: string }) => {
      assert.equal(failure.code, 'USAGE_INVALID');
      assert.ok(failure.message.includes(said), failure.message);
      assert.ok(failure.message.includes(text.split(',').at(-1)!.slice(0, 12)), failure.message);
      return true;
    }));
}
