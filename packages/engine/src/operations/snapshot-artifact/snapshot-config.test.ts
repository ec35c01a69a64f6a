import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartName } from './artifact-manifest.ts';
import { parseSnapshotConfig } from './snapshot-config.ts';

const megabyte = 2 ** 20;
const parts: Partial<Record<PartName, number>> = {
  disk: 10 * megabyte,
  machine: 300 * megabyte,
  'exit-status': 0,
  kernel: 1,
  initrd: 1,
  'modules.squashfs': 1,
};
const config = {
  ignite: 'snapshot',
  name: 'ready',
  vmName: 'web',
  vmUid: '0123456789abcdef',
  taken: '2026-11-30T08:00:00Z',
  arch: 'amd64',
  vmSpec: { image: { oci: 'debian:12' }, memory: 256 * megabyte },
  image: {
    reference: 'debian:12',
    digest: `sha256:${'a'.repeat(64)}`,
    platform: 'linux/amd64',
    bootMode: 'init',
  },
  kernel: { name: 'linux', id: 'b'.repeat(64), version: '6.1', arch: 'amd64' },
  disk: { format: 'qcow2', size: 100 * megabyte, base: 'c'.repeat(64) },
  traits: { VMM: 'QEMU 7.2.0' },
  parts,
};
const packed = (value: { readonly parts: object }): ReadonlySet<PartName> =>
  new Set(Object.keys(value.parts) as PartName[]);
const read = (value: typeof config | object) =>
  parseSnapshotConfig(JSON.stringify(value), packed(value as typeof config));

test('parseSnapshotConfig: what was written is read, with the defaults of a spec', () => {
  const { vmSpec, traits, disk } = read(config);
  assert.equal(vmSpec.cpus, 1);
  assert.deepEqual(traits, config.traits);
  assert.deepEqual(disk, config.disk);
});

test('parseSnapshotConfig: what it says must be all that is there, and within the limits', () => {
  const { machine: _machine, ...disksOnly } = parts;
  const { traits: _traits, ...still } = config;
  for (const [value, why] of [
    [{ ...config, further: 1 }, 'its config cannot be read'],
    [{ ...config, ignite: 'vm' }, 'its config cannot be read'],
    [{ ...config, kernel: { ...config.kernel, id: '../../etc' } }, 'its config cannot be read'],
    [{ ...config, parts: { ...parts, disk: -1 } }, 'its config cannot be read'],
    [{ ...config, parts: { ...parts, secrets: 1 } }, 'its config cannot be read'],
    [{ ...config, parts: disksOnly }, 'its config and its parts disagree about "machine"'],
    [still, 'its config and its parts disagree about "machine"'],
    [{ ...config, parts: { ...parts, disk: 200 * megabyte } }, 'its part "disk" is too large'],
    [{ ...config, parts: { ...parts, machine: 600 * megabyte } }, 'its part "machine" is too large'],
    [{ ...config, parts: { ...parts, memory: 256 * megabyte + 1 } }, 'its part "memory" is too large'],
    [{ ...config, parts: { ...parts, 'exit-status': 2 * megabyte } }, 'its part "exit-status" is too large'],
    [{ ...config, parts: { ...parts, initrd: 2 ** 30 } }, 'its part "initrd" is too large'],
  ] as const)
    assert.throws(() => read(value), {
      code: 'SNAPSHOT_ARTIFACT_INVALID',
      message: `not a snapshot that can be used here: ${why}`,
    });
  assert.throws(() => parseSnapshotConfig('{', new Set()), { code: 'SNAPSHOT_ARTIFACT_INVALID' });
  assert.throws(() => parseSnapshotConfig(JSON.stringify(config), new Set(['disk'])), {
    message: /disagree about "machine"/,
  });
});
