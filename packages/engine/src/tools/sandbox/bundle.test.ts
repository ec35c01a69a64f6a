import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { bundleConfig } from './bundle.ts';
import { type SandboxSpec, sandboxUser } from './sandbox.ts';

const shape = v.looseObject({
  process: v.looseObject({
    user: v.object({ uid: v.number(), gid: v.number() }),
    env: v.array(v.string()),
    noNewPrivileges: v.boolean(),
    capabilities: v.record(v.string(), v.array(v.string())),
  }),
  root: v.object({ path: v.string(), readonly: v.boolean() }),
  mounts: v.array(v.looseObject({ destination: v.string(), options: v.array(v.string()) })),
  linux: v.looseObject({
    namespaces: v.array(v.looseObject({ type: v.string() })),
    resources: v.looseObject({
      devices: v.array(v.looseObject({ allow: v.boolean(), access: v.string() })),
      memory: v.object({ limit: v.number() }),
    }),
  }),
});

const spec: SandboxSpec = {
  uid: 'abc',
  runtime: 'conmon',
  environ: { EXTRA: 'a=b c' },
  argv: ['/usr/bin/vmm'],
  user: 1_879_048_193,
  netnsPath: '/run/netns/x',
  mounts: [
    { source: '/a', target: '/vm/a', writable: false },
    { source: '/b', target: '/vm/b', writable: true },
  ],
  devices: ['/dev/net/tun'],
  memoryLimit: bytes(2 ** 30),
  cpuLimit: 2,
  logPath: '/log',
  exitCommand: [],
};
const config = v.parse(shape, bundleConfig(spec, { readOnly: ['/usr/lib'] }));

test('bundleConfig: what is to disturb nobody gets less of a CPU that is short, and is the first to go', () => {
  const { process, linux } = v.parse(
    v.looseObject({
      process: v.looseObject({ oomScoreAdj: v.number() }),
      linux: v.looseObject({ resources: v.looseObject({ cpu: v.looseObject({ shares: v.number() }) }) }),
    }),
    bundleConfig({ ...spec, isSpare: true }, { readOnly: [] }),
  );
  assert.deepEqual([process.oomScoreAdj, linux.resources.cpu.shares], [1_000, 256]);
  assert.doesNotMatch(JSON.stringify(config), /oomScoreAdj|shares/);
});

test('bundleConfig: the VMM has no privilege to lose', () => {
  assert.notEqual(config.process.user.uid, 0);
  assert.notEqual(config.process.user.gid, 0);
  assert.ok(config.process.noNewPrivileges);
  assert.deepEqual(Object.values(config.process.capabilities).flat(), []);
});

test('bundleConfig: it sees what it was given, and writes only where it may', () => {
  assert.ok(config.root.readonly);
  const writable = config.mounts.filter(({ options }) => options.includes('bind') && options.includes('rw'));
  assert.deepEqual(
    writable.map(({ destination }) => destination),
    ['/vm/b'],
  );
  for (const { destination, options } of config.mounts) assert.ok(options.includes('nosuid'), destination);
});

test('bundleConfig: it has namespaces of its own, a memory limit, and one device', () => {
  assert.deepEqual(config.linux.namespaces.map(({ type }) => type).sort(), [
    'ipc',
    'mount',
    'network',
    'pid',
    'uts',
  ]);
  assert.equal(config.linux.resources.memory.limit, 2 ** 30);
  const [first, ...allowed] = config.linux.resources.devices;
  assert.deepEqual([first?.allow, first?.access], [false, 'rwm']);
  assert.equal(allowed.length, 1);
});

test('bundleConfig: its environment is our own, with what was given', () => {
  assert.deepEqual(config.process.env, ['PATH=/usr/bin:/usr/sbin', 'HOME=/', 'EXTRA=a=b c']);
});

test('bundleConfig: a device that nobody knows is a bug', () => {
  const spec = {
    uid: 'a',
    runtime: 'conmon' as const,
    environ: {},
    argv: [],
    user: 1,
    netnsPath: '',
    mounts: [],
    memoryLimit: bytes(1),
    cpuLimit: 1,
    logPath: '',
    exitCommand: [],
  };
  assert.throws(() => bundleConfig({ ...spec, devices: ['/dev/mem'] }, { readOnly: [] }), RangeError);
});

test('sandboxUser: every VM has a user of its own that no person has', () => {
  const users = ['0000000000000000', 'ffffffffffffffff', '0123456789abcdef'].map(sandboxUser);
  assert.equal(new Set(users).size, 3);
  for (const user of users) assert.ok(user >= 0x70000000 && user < 2 ** 31, String(user));
});
