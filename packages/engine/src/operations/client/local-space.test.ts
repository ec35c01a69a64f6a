import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { noImageConfig } from '@ignite/api/v1/image';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelPackage } from '../../tools/kernel/debian-kernel.ts';
import { snapshotDir, storePath, vmFiles } from '../../tools/host/paths.ts';
import { imagesIn, kernelsIn, snapshotsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { snapshotFinalizer } from '../../tools/store/list-objects.ts';
import { StoreAdministration } from '../../tools/store/store-administration.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';
import { storeUnfinished } from '../../vm/lifecycle/unfinished.sample.ts';
import { refusing, worldOf } from '../../vm/lifecycle/world.sample.ts';
import { storeTemplate } from '../snapshots/template.sample.ts';
import { LocalClient } from './local-client.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('LocalSpace: a snapshot whose record is damaged is used, and so are its image and its kernel', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'local-space-'));
  const paths = { dataDir: dir, runDir: dir };
  const store = openSqliteStore(storePath(paths));
  try {
    const self = { name: 'a', isAlone: true };
    const administration = new StoreAdministration(store, { paths, self });
    const { objects } = administration;
    const [digest, id, uid] = [`sha256:${'a'.repeat(64)}`, 'b'.repeat(64), newUid()];
    await imagesIn(objects).create({
      metadata: { name: 'base', uid: newUid() },
      spec: { reference: 'base', oci: 'base' },
      status: {
        digest,
        platform: 'linux',
        bootMode: 'init',
        config: noImageConfig,
        size: bytes(1),
        baseDisk: { path: dir, size: bytes(1) },
      },
    });
    await kernelsIn(objects).create({
      metadata: { name: 'kernel', uid: newUid() },
      spec: {},
      status: { id, version: '1', arch: hostArch, size: bytes(1) },
    });
    await snapshotsIn(objects).create({
      metadata: { namespace: 'default', name: 's', uid, finalizers: [snapshotFinalizer] },
      spec: { vmName: 'web' },
      status: {
        vmUid: newUid(),
        vmSpec: {},
        arch: hostArch,
        image: { digest, bootMode: 'init' },
        kernel: { id, version: '1' },
        holds: 'Disk',
        size: 1,
      },
    } as never);
    mkdirSync(snapshotDir(paths, uid), { recursive: true });
    writeFileSync(join(snapshotDir(paths, uid), 'root.qcow2'), 'data');
    using db = new DatabaseSync(storePath(paths));
    db.exec("UPDATE objects SET json = substr(json, 1, length(json) - 20) WHERE kind = 'Snapshot'");
    const host = { objects, administration, paths, self } as unknown as EnginePorts;
    await using client = new LocalClient(host);
    assert.deepEqual(await client.snapshots.list(op.signal), [], 'its record is damaged');
    const items = await client.space.survey(op.signal);
    const unused = items.filter(({ isUsed }) => !isUsed).map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(unused, []);
    await assert.rejects(client.images.remove('base', { force: true }, op), { code: 'IMAGE_IN_USE' });
    await assert.rejects(client.kernels.remove('kernel', { force: true }, op), { code: 'KERNEL_IN_USE' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('LocalSpace: an image and a kernel that only templates need are unused, and the templates go with them', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'local-space-'));
  const paths = { dataDir: dir, runDir: dir };
  const store = openSqliteStore(storePath(paths));
  try {
    const self = { name: 'a', isAlone: true };
    const administration = new StoreAdministration(store, { paths, self });
    const { objects } = administration;
    await storeTemplate(objects);
    const template = (await snapshotsIn(objects).list()).items[0]!;
    mkdirSync(snapshotDir(paths, template.metadata.uid), { recursive: true });
    writeFileSync(join(snapshotDir(paths, template.metadata.uid), 'root.qcow2'), 'data');
    const host = { objects, administration, paths, self } as unknown as EnginePorts;
    await using client = new LocalClient(host);
    const items = await client.space.survey(op.signal);
    assert.deepEqual(items.map(({ kind, isUsed }) => `${kind} ${isUsed}`).toSorted(), [
      'image false',
      'kernel false',
      'snapshot false',
    ]);
    await client.kernels.remove(kernelPackage(hostArch), { force: false }, op);
    assert.deepEqual(await client.snapshots.list(op.signal), []);
    const { metadata, ...rest } = template;
    const { namespace, name, labels } = metadata;
    await snapshotsIn(objects).create({ ...rest, metadata: { namespace, name, labels, uid: newUid() } });
    await client.images.remove('debian', { force: false }, op);
    assert.deepEqual(await client.snapshots.list(op.signal), []);
    assert.ok(!existsSync(snapshotDir(paths, template.metadata.uid)));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('LocalSpace: nobody has a say in the removal of the VM of a maker of templates that was killed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'local-space-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const left = await storeUnfinished(host);
    mkdirSync(vmFiles(host.paths, left).dir, { recursive: true });
    writeFileSync(vmFiles(host.paths, left).disk, 'data');
    await using client = new LocalClient(refusing(host) as EnginePorts);
    const items = (await client.space.survey(op.signal)).filter(({ kind }) => kind === 'leftover');
    assert.deepEqual(
      items.map(({ uid }) => uid),
      [left],
    );
    const removed = await Array.fromAsync(client.space.remove(items, op));
    assert.deepEqual(
      removed.map(({ outcome }) => outcome),
      ['removed'],
    );
    assert.equal(await vmsIn(host.objects).findByUid(left), undefined);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
