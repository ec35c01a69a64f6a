import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { type ReadyProgram, fingerprintOf, sandboxSpec } from './launch-program.ts';
import { podFiles, programFiles } from './pod-files.ts';
import { programSandbox } from './program-sandbox.ts';

const files = programFiles(podFiles({ dataDir: '/data', runDir: '/run' }, '0123456789abcdef'), 'etcd');
const ready: ReadyProgram = {
  program: {
    ...{ name: 'etcd', image: 'example.com/etcd:1', command: ['/etcd', '--a'], cpus: 2 },
    memory: bytes(2 ** 29),
    secrets: [{ path: '/keys', secretName: 'keys' }],
    volumes: [{ name: 'data', path: '/var/lib/etcd' }],
    probe: { port: 1, path: '/readyz' },
  },
  root: { digest: 'sha256:aa', path: '/data/pod-images/aa' },
  secrets: [{ path: '/keys', entries: new Map([['ca.crt', Buffer.from('a')]]) }],
  network: { netnsPath: '/run/netns/a', address: '10.61.0.2', dns: ['10.61.0.1'] },
};

test('a program is told from another one by all that it is started with, and not by its probe', () => {
  const fingerprint = fingerprintOf(ready);
  const { program, root, network } = ready;
  const others: readonly Partial<ReadyProgram>[] = [
    { program: { ...program, command: ['/etcd', '--b'] } },
    { program: { ...program, memory: bytes(2 ** 30) } },
    { root: { ...root, digest: 'sha256:bb' } },
    { network: { ...network, address: '10.61.0.3' } },
    { secrets: [{ path: '/keys', entries: new Map([['ca.crt', Buffer.from('b')]]) }] },
    { secrets: [{ path: '/keys', entries: new Map([['ca.key', Buffer.from('a')]]) }] },
  ];
  const all = new Set([fingerprint, ...others.map((more) => fingerprintOf({ ...ready, ...more }))]);
  assert.equal(all.size, others.length + 1);
  const { probe: _probe, ...unprobed } = program;
  assert.equal(fingerprintOf({ ...ready, program: unprobed }), fingerprint);
});

test('a program sees its image, what it keeps and its Secrets, and has no device, no capability and no exit command', () => {
  const identity = programSandbox('0123456789abcdef', 'etcd');
  const spec = sandboxSpec(ready, ['/run/pods/0123456789abcdef/etcd/secrets/0'], files, identity);
  assert.match(identity.uid, /^program-[0-9a-f]{16}$/);
  assert.ok(identity.user >= 0x72000000 && identity.user < 0x73000000);
  assert.equal(spec.rootfs, '/data/pod-images/aa');
  assert.equal(spec.privileges, undefined);
  assert.deepEqual([spec.devices, spec.exitCommand], [[], []]);
  assert.deepEqual(
    spec.mounts.map(({ target, writable, isSecret = false }) => [target, writable, isSecret]),
    [
      ['/etc/hosts', false, false],
      ['/etc/resolv.conf', false, false],
      ['/var/lib/etcd', true, false],
      ['/keys', false, true],
    ],
  );
});

test('no uid and no name leads out of the folders of pods', () => {
  const paths = { dataDir: '/data', runDir: '/run' };
  for (const uid of ['..', '../../etc', '', '0123456789ABCDEF'])
    assert.throws(() => podFiles(paths, uid), RangeError);
  for (const name of ['..', 'a/b', ''])
    assert.throws(() => programFiles(podFiles(paths, '0123456789abcdef'), name), RangeError);
});
