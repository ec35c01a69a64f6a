import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { apiVersion } from '@ignite/api/v1/group';
import { type Image, noImageConfig } from '@ignite/api/v1/image';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { type Paths, storePath } from '../../tools/host/paths.ts';
import { lockLayout } from '../../tools/oci/layout-lock.ts';
import { listAllVms } from '../../tools/store/all-vms.ts';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import { listImages } from '../../tools/store/list-objects.ts';
import { untilContentStays, withContent } from '../../vm/content-lock.ts';
import { storeVm } from '../../vm/definition/create-vm.ts';
import { removeUnused } from './remove-unused.ts';
import { imagesIn, kernelsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';

const dir = mkdtempSync(join(tmpdir(), 'remove-unused-'));
const paths: Paths = { dataDir: dir, runDir: dir };
const store = openSqliteStore(storePath(paths));
const objects = engineClient(store);
after(() => {
  store[Symbol.dispose]();
  rmSync(dir, { recursive: true });
});
const op = { signal: new AbortController().signal, report: (): void => {} };
const spec = v.parse(vmSpecSchema, { image: { oci: 'base' } });
const imageFolder = join(dir, 'image');

const kernel = await kernelsIn(objects).create({
  metadata: { name: 'kernel', uid: newUid() },
  spec: {},
  status: { id: 'a'.repeat(64), version: '6.1', arch: 'amd64', size: bytes(1) },
});

/** Creates an image in the way that an import does. */
async function ensureImage(): Promise<Image> {
  const known = async (): Promise<Image | undefined> => (await listImages(objects))[0];
  const here = await known();
  if (here) return here;
  using _lock = await lockLayout(paths, op.signal);
  const brought = await known();
  if (brought) return brought;
  mkdirSync(imageFolder);
  return await imagesIn(objects).create({
    metadata: { name: 'base', uid: newUid() },
    spec: { oci: 'base' },
    status: {
      digest: `sha256:${'b'.repeat(64)}`,
      platform: 'linux/amd64',
      bootMode: 'init',
      config: noImageConfig,
      size: bytes(1),
      baseDisk: { path: imageFolder, size: bytes(1) },
    },
  });
}

const makeVm = async (image: Image): Promise<Vm> =>
  await storeVm(
    { name: `vm-${newUid()}`, uid: newUid(), spec, made: { image, kernel } },
    { spec },
    { paths, objects, self: { name: 'a', isAlone: true } },
    op.signal,
  );

async function removeVm(uid: string): Promise<Vm> {
  const vm = (await listAllVms(objects)).find(({ metadata }) => metadata.uid === uid)!;
  await changeVm(objects, vm, () => ({ finalizers: [] }));
  await vmsIn(objects).delete(vm.metadata);
  return vm;
}

const removeImage = async (
  force: boolean,
  { onLook = async () => {}, onRemove = async () => {} }: Record<string, () => Promise<void>> = {},
): Promise<string> =>
  await removeUnused(
    {
      force,
      lock: () => lockLayout(paths, op.signal),
      find: async () => {
        const users = await listAllVms(objects);
        await onLook();
        return { found: 'base', users, templates: [] };
      },
      inUse: (vm) => new Error(`it is used by ${vm}`),
      removeTemplate: async () => assert.fail('there is none'),
      remove: async () => {
        await onRemove();
        await imagesIn(objects).delete({ name: 'base' });
        rmSync(imageFolder, { recursive: true });
      },
    },
    { paths, vms: { remove: removeVm } },
    op,
  );

for (const force of [false, true]) {
  const what = force ? 'goes with the VM when forced' : 'stays';
  test(`an image that a VM begins to use just when it is looked whether one does ${what}`, async () => {
    const image = await ensureImage();
    const [locked, looked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const making = withContent({ image, kernel }, { paths, objects }, op.signal, async () => {
      locked.resolve();
      await looked.promise;
      return await store.create({
        apiVersion,
        kind: 'VM',
        metadata: { name: 'user', uid: newUid() },
        spec,
        status: { image: { digest: image.status.digest } },
      });
    });
    await locked.promise;
    const removal = removeImage(force, { onLook: async () => looked.resolve() });
    if (force) await removal;
    else await assert.rejects(removal, /it is used by user/);
    const { metadata } = await making;
    assert.equal((await listAllVms(objects)).length, force ? 0 : 1);
    assert.equal((await listImages(objects)).length, force ? 0 : 1);
    assert.equal(existsSync(imageFolder), !force);
    if (!force) await removeVm(metadata.uid);
  });
}

test('a VM is not stored without its image: one that is just going is brought again', async () => {
  const image = await ensureImage();
  const [removing, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const onRemove = async (): Promise<void> => {
    removing.resolve();
    await waiting.promise;
  };
  const removal = removeImage(false, { onRemove });
  await removing.promise;
  const stale = assert.rejects(makeVm(image), { code: 'CONTENT_GONE' });
  waiting.resolve();
  await Promise.all([stale, removal]);
  assert.deepEqual(await listAllVms(objects), []);
  assert.ok(!existsSync(imageFolder));
  const { metadata } = await untilContentStays(async () => await makeVm(await ensureImage()));
  assert.ok(existsSync(imageFolder));
  await removeVm(metadata.uid);
});

test('many who make VMs of an image and remove it at once never leave a VM without it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const makers = Array.from({ length: 3 }, () =>
      untilContentStays(async () => await makeVm(await ensureImage())),
    );
    const removers = Promise.allSettled(Array.from({ length: 3 }, () => removeImage(false)));
    await Promise.all(makers);
    for (const removal of await removers)
      if (removal.status === 'rejected')
        assert.match(String(removal.reason), /it is used by|NOT_FOUND|there is no/);
    assert.equal((await listImages(objects)).length, 1);
    assert.ok(existsSync(imageFolder));
    for (const { metadata } of await listAllVms(objects)) await removeVm(metadata.uid);
  }
});
