import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { dockerContainer } from './docker-container.ts';

const shape = v.looseObject({
  Entrypoint: v.array(v.string()),
  HostConfig: v.looseObject({
    NetworkMode: v.string(),
    ReadonlyRootfs: v.boolean(),
    CapDrop: v.array(v.string()),
    SecurityOpt: v.array(v.string()),
    CpuQuota: v.number(),
    CpuShares: v.optional(v.number()),
    OomScoreAdj: v.optional(v.number()),
    Mounts: v.array(v.looseObject({ Source: v.string(), Target: v.string(), ReadOnly: v.boolean() })),
  }),
});

const containerOf = (given: { readonly isSpare?: true } = {}) =>
  v.parse(
    shape,
    dockerContainer(
      {
        uid: 'abc',
        runtime: 'docker',
        argv: ['/usr/bin/vmm', '-x'],
        environ: { A: 'b c' },
        user: 1_879_048_193,
        netnsPath: '/run/netns/x',
        mounts: [{ source: '/b', target: '/vm/b', writable: true }],
        devices: ['/dev/kvm'],
        memoryLimit: bytes(2 ** 30),
        cpuLimit: 2,
        logPath: '/log',
        exitCommand: ['/bin/settle'],
        ...given,
      },
      { readOnly: ['/usr/lib'] },
      { image: 'empty:1', consoleLog: '/console-log' },
    ),
  );

test('dockerContainer: the VMM begins in its network, without privileges, under the program that keeps its console', () => {
  const { Entrypoint } = containerOf();
  assert.match(Entrypoint[5] ?? '', /chown/);
  assert.deepEqual(Entrypoint.toSpliced(3, 3), [
    ...['/usr/bin/nsenter', '--net=/vm/netns', '--'],
    ...['1879048193', '/dev/kvm', '--'],
    ...['/usr/bin/setpriv', '--reuid=1879048193', '--regid=1879048193', '--clear-groups'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs', '--'],
    ...['/usr/bin/env', '-i', 'PATH=/usr/bin:/usr/sbin', 'HOME=/', 'A=b c'],
    ...['/usr/bin/perl', '/vm/console-log', 'run', '/vm/console', '16777216', '/usr/bin/vmm', '-x'],
  ]);
});

test('dockerContainer: it writes only where it may, and has no network of Docker', () => {
  const { HostConfig } = containerOf();
  assert.deepEqual(
    HostConfig.Mounts.filter(({ ReadOnly }) => !ReadOnly).map(({ Target }) => Target),
    ['/vm/b', '/vm/console'],
  );
  assert.equal(HostConfig.NetworkMode, 'none');
  assert.ok(HostConfig.ReadonlyRootfs);
  assert.deepEqual(HostConfig.CapDrop, ['ALL']);
  assert.equal(HostConfig.CpuQuota, 200_000);
});

test('dockerContainer: what is spare yields to others, and goes first', () => {
  const of = ({ HostConfig: { CpuShares, OomScoreAdj } }: ReturnType<typeof containerOf>) => [
    CpuShares,
    OomScoreAdj,
  ];
  assert.deepEqual(of(containerOf({ isSpare: true })), [256, 1_000]);
  assert.deepEqual(of(containerOf()), [undefined, undefined]);
});

test('dockerContainer: of namespaces only one of a network may be joined, and only with the capability', () => {
  const [privileges, filter = ''] = containerOf().HostConfig.SecurityOpt;
  assert.equal(privileges, 'no-new-privileges');
  const seccomp = v.parse(
    v.looseObject({
      syscalls: v.array(v.looseObject({ names: v.array(v.string()), args: v.optional(v.unknown()) })),
    }),
    JSON.parse(filter.replace(/^seccomp=/, '')),
  );
  const refused = seccomp.syscalls.flatMap(({ names }) => names);
  for (const name of ['mount', 'unshare', 'ptrace', 'bpf', 'setns']) assert.ok(refused.includes(name), name);
  assert.deepEqual(seccomp.syscalls.find(({ names }) => names.includes('setns'))?.args, [
    { index: 1, value: 0x4000_0000, op: 'SCMP_CMP_NE' },
  ]);
});
