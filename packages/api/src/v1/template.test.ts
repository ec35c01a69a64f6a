import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from './snapshot.ts';
import { coldReason, planTemplates, templateLabel, templateSpec, templateTraits } from './template.ts';
import { sampleVm } from './vm.sample.ts';

const status = {
  image: { digest: 'sha256:1', bootMode: 'init' },
  kernel: { id: 'k', version: '6' },
} as const;
const vm = (spec: object = {}) => sampleVm({ spec, status });

test('coldReason: what a guest does only as it boots cannot come from a template', () => {
  assert.equal(coldReason(vm()), undefined);
  assert.equal(
    coldReason(vm({ ssh: { generateKey: true }, copyFiles: [{ hostPath: '/a', vmPath: '/b' }] })),
    undefined,
  );
  assert.match(coldReason(vm({ cloudInit: {} })) ?? '', /cloud-init/);
  assert.match(coldReason(vm({ command: ['ls'] })) ?? '', /entrypoint/);
  const disk = sampleVm({ status: { ...status, image: { digest: 'sha256:1', bootMode: 'disk' } } });
  assert.match(coldReason(disk) ?? '', /cloud-init/);
  const entrypoint = sampleVm({
    status: { ...status, image: { digest: 'sha256:1', bootMode: 'entrypoint' } },
  });
  assert.match(coldReason(entrypoint) ?? '', /entrypoint/);
  const storage = { volumes: [{ name: 'data', volume: { name: 'data' } }] };
  assert.match(coldReason(vm({ storage })) ?? '', /volume "data"/);
});

test('templateTraits: VMs that differ in their machine share no template, and in their identity they do', () => {
  const { traits, others } = {
    traits: templateTraits(vm()),
    others: [{ cpus: 2 }, { memory: '1GB' }, { diskSize: '5GB' }, { kernel: { cmdLine: 'quiet' } }],
  };
  for (const other of others) assert.notEqual(templateTraits(vm(other)), traits, JSON.stringify(other));
  const same = {
    ssh: { generateKey: true },
    network: { address: '10.61.0.9', ports: [] },
    restartPolicy: 'always',
  };
  assert.equal(templateTraits(vm(same)), traits);
});

test('templateSpec: a template has nothing of the VM for which it is made', () => {
  const secret = {
    env: { PASSWORD: 'secret' },
    ssh: { authorizedKeys: ['ssh-ed25519 secret'] },
    copyFiles: [{ hostPath: '/secret', vmPath: '/secret' }],
    network: { ports: [{ hostPort: 80, vmPort: 80, protocol: 'tcp' }], address: '10.61.0.9' },
  };
  const spec = templateSpec(vm({ ...secret, cpus: 2 }).spec);
  assert.doesNotMatch(JSON.stringify(spec), /secret|SECRET|10\.61|80/);
  assert.equal(templateTraits(sampleVm({ spec, status })), templateTraits(vm({ cpus: 2 })));
});

test('planTemplates: the oldest templates go, and snapshots that people have taken stay', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');
  const day = 24 * 3_600_000;
  const snapshot = (name: string, ageDays: number, labels: object = { [templateLabel]: name }) =>
    ({
      metadata: {
        namespace: 'default',
        name,
        labels,
        creationTimestamp: new Date(now - ageDays * day).toISOString(),
      },
    }) as unknown as Snapshot;
  const young = Array.from({ length: 9 }, (_, at) => snapshot(`t${at}`, at));
  const all = [snapshot('old', 31), ...young, snapshot('kept', 300, {})];
  assert.deepEqual(
    planTemplates(all, now).map(({ metadata }) => metadata.name),
    ['t8', 'old'],
  );
  const same = { [templateLabel]: 't0' };
  assert.deepEqual(
    planTemplates([...young.slice(0, 8), snapshot('again', 0.5, same)], now).map(
      ({ metadata }) => metadata.name,
    ),
    ['again'],
    'only the newest of each kind stays, and none of another kind goes for it',
  );
});
