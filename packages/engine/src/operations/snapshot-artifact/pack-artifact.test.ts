import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelDir, snapshotDir } from '../../tools/host/paths.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { packArtifact } from './pack-artifact.ts';
import type { SnapshotConfig } from './snapshot-config.ts';

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string }[];
}

/** Packs a snapshot with memory of a VM, and returns its config, the names of its parts, and what was told. */
async function pack(
  dir: string,
  status: Partial<Snapshot['status']>,
): Promise<{
  readonly config: SnapshotConfig;
  readonly parts: readonly string[];
  readonly told: readonly string[];
}> {
  const { host: world } = await worldOf(() => 0.5, dir);
  const { qemu } = world.vmms;
  const raw = { ...qemu, capabilities: { ...qemu.capabilities, diskFormats: ['raw'] } };
  const host = { ...world, vmms: { qemu: raw } } as unknown as VmPorts;
  const vm = (await vmsIn(host.objects).findByUid(uid))!;
  writeFileSync(join(kernelDir(host.paths, 'k'), 'modules.squashfs'), '');
  const snapshot = {
    metadata: { namespace: 'default', name: 'ready', uid: 'fedcba9876543210', labels: {}, annotations: {} },
    spec: { vmName: 'web' },
    status: {
      vmUid: uid,
      vmSpec: vm.spec,
      arch: hostArch,
      image: vm.status.image,
      kernel: { id: 'k', version: '1' },
      holds: 'Machine',
      size: 1,
      ...status,
    },
  } as unknown as Snapshot;
  const kept = snapshotDir(host.paths, snapshot.metadata.uid);
  mkdirSync(join(kept, 'saved-state'), { recursive: true });
  for (const name of ['root.raw', 'exit-status', 'saved-state/machine'])
    writeFileSync(join(kept, name), name);
  const note = { format: 1, traits: { VMM: 'QEMU 8' }, size: 19, sha256: 'a'.repeat(64) };
  writeFileSync(join(kept, 'saved-state/note.json'), JSON.stringify(note));
  const told: string[] = [];
  const { layout } = await packArtifact(snapshot, {}, host.paths.runDir, host, {
    signal: new AbortController().signal,
    report: (event) => void (event.kind === 'warning' && told.push(event.message)),
  });
  const read = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'));
  const blob = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  const index = read('index.json') as { readonly manifests: readonly { readonly digest: string }[] };
  const manifest = read(blob(index.manifests[0]!.digest)) as Manifest;
  return {
    config: read(blob(manifest.config.digest)) as SnapshotConfig,
    parts: manifest.layers.map(({ mediaType }) => /snapshot\.(.*)\.v1/.exec(mediaType)?.[1] ?? mediaType),
    told,
  };
}

test('packArtifact: the memory is sent, unless it is for the VM itself alone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pack-artifact-'));
  try {
    const whole = await pack(dir, {});
    assert.deepEqual(whole.parts, ['disk', 'machine', 'exit-status', 'kernel', 'initrd', 'modules.squashfs']);
    assert.deepEqual(whole.config.traits, { VMM: 'QEMU 8' });
    assert.equal(whole.told.length, 1);
    const network = { mac: '02:00:00:00:00:01', ipAddresses: ['10.61.0.2'] } as unknown as NonNullable<
      Snapshot['status']['network']
    >;
    const alone = await pack(dir, { network, message: 'cloud-init gives it its identity' });
    assert.deepEqual(alone.parts, ['disk', 'kernel', 'initrd', 'modules.squashfs']);
    assert.equal(alone.config.traits, undefined);
    assert.equal(alone.config.message, 'cloud-init gives it its identity');
    assert.match(
      alone.told.join('\n'),
      /^snapshot "ready" is sent without its memory, .*: cloud-init gives it its identity$/,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});
