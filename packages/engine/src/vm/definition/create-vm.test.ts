import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { newUid } from '@ignite/toolkit/object/uid';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { engineClient } from '../../tools/store/engine-client.sample.ts';
import {
  assertFoundAnywhere,
  assertUnused,
  newVmUid,
  storeVm,
  uidFor,
  validateRequest,
} from './create-vm.ts';

const dir = mkdtempSync(join(tmpdir(), 'create-vm-'));
after(() => rmSync(dir, { recursive: true }));
const key = join(dir, 'key.pub');
writeFileSync(key, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE me@here\n');
const image = { oci: 'debian:12' };

test('validateRequest: a VM without a name gets one that is a host name', async () => {
  const { name, spec } = await validateRequest({ spec: { image, ssh: { authorizedKeysFile: key } } });
  assert.match(name, /^[a-z]+-[a-z]+$/);
  assert.equal(spec.ssh?.authorizedKeysFile, key);
});

for (const name of ['', 'A', 'a_b', '-a', 'a.b', 'a'.repeat(64), '../x']) {
  test(`validateRequest: the name ${JSON.stringify(name.slice(0, 10))} is refused`, async () => {
    await assert.rejects(validateRequest({ name, spec: { image } }), { code: 'VM_INVALID' });
  });
}

test('validateRequest: the field that is wrong is named', async () => {
  await assert.rejects(validateRequest({ spec: { image, cpus: 0 } }), /^CodedError: spec\.cpus: /);
  await assert.rejects(
    validateRequest({ spec: { image, cpu: 1 } }),
    /^CodedError: spec\.cpu: unknown field "cpu"$/,
  );
  await assert.rejects(validateRequest({ spec: {} }), /field "image" is required/);
});

test('validateRequest: what is no public key, and what cannot be copied, is refused', async () => {
  for (const authorizedKeysFile of ['/etc/passwd', join(dir, 'none')])
    await assert.rejects(validateRequest({ spec: { image, ssh: { authorizedKeysFile } } }), {
      code: 'KEY_INVALID',
    });
  const copyFiles = [{ hostPath: join(dir, 'none'), vmPath: '/x' }];
  await assert.rejects(validateRequest({ spec: { image, copyFiles } }), { code: 'COPY_FILE_INVALID' });
});

test('assertFoundAnywhere: a source that is another one in another folder is not stored', async () => {
  const wants = async (spec: object) => (await validateRequest({ spec: { image, ...spec } })).spec;
  const relative = await wants({ kernel: { oci: 'oci-archive:kernel.tar' } });
  assert.throws(() => assertFoundAnywhere(relative), /^CodedError: spec\.kernel\.oci: .* is not absolute$/);
  assertFoundAnywhere(await wants({ kernel: { oci: 'oci-archive:/kernel.tar' } }));
});

test('uidFor: a uid that is asked for is taken, if it is one; else each VM gets another', () => {
  const ask = (uid: string) => uidFor({ spec: {}, annotations: { 'ignite.weave.works/uid': uid } }, []);
  assert.equal(ask('599615df99804ae8'), '599615df99804ae8');
  for (const uid of ['', '599615DF99804AE8', '../../../../etc/x'])
    assert.throws(() => ask(uid), { code: 'VM_INVALID' });
  assert.notEqual(uidFor({ spec: {} }, []), uidFor({ spec: {} }, []));
});

test('assertUnused: a name is taken within its namespace', () => {
  const web = sampleVm({ name: 'web', uid: '599615df99804ae8' });
  const uid = '0123456789abcdef';
  for (const namespace of [undefined, 'default'])
    assert.throws(() => assertUnused({ namespace, name: 'web', uid }, [web]), { code: 'VM_NAME_TAKEN' });
  assertUnused({ namespace: 'prod', name: 'web', uid }, [web]);
});

test('validateRequest: a namespace that is none is refused', async () => {
  const wanted = { namespace: '../prod', name: 'web', spec: { image } };
  await assert.rejects(validateRequest(wanted), { code: 'VM_INVALID' });
});

test('assertUnused, newVmUid: no VM gets a uid by which its VMM would run as another one does', () => {
  const victim = sampleVm({ name: 'victim', uid: '599615df99804ae8' });
  assert.throws(() => assertUnused({ name: 'evil', uid: '599615ffffffffff' }, [victim]), {
    code: 'VM_UID_TAKEN',
    message: /would run as the same user as VM "victim"/,
  });
  assertUnused({ name: 'other', uid: '599616df99804ae8' }, [victim]);
  const drawn = ['5996150000000000', '599615df99804ae8', '0123456789abcdef'];
  assert.equal(
    newVmUid([victim], () => drawn.shift() ?? ''),
    '0123456789abcdef',
  );
});

test('storeVm: no VM is stored in a namespace that is being deleted', async () => {
  using store = new MemoryStore();
  const metadata = { name: 'prod', namespace: '', uid: 'n', finalizers: ['example.org/hold'] };
  await store.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
  const host = {
    paths: { dataDir: dir, runDir: dir },
    objects: engineClient(store),
    self: { name: 'a', isAlone: true },
  };
  const vm = (name: string) => ({ name, uid: newUid(), spec: sampleVm({}).spec });
  const request = { namespace: 'prod', spec: {} };
  const signal = AbortSignal.timeout(10_000);
  assert.equal((await storeVm(vm('a'), request, host, signal)).metadata.namespace, 'prod');
  await store.delete({ group: '', kind: 'Namespace', namespace: '', name: 'prod' });
  await assert.rejects(storeVm(vm('b'), request, host, signal), { code: 'NAMESPACE_LEAVING' });
});
