import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { currentConfigurationSpec, currentVm, currentVmSpec } from './current-vm.ts';
import { kinds } from './kinds.ts';
import { sampleVm } from './vm.sample.ts';

test('currentVmSpec: SSH as it was once written becomes an object; everything else stays as it is', () => {
  assert.deepEqual(currentVmSpec({ cpus: 2, ssh: true }), { cpus: 2, ssh: { generateKey: true } });
  assert.deepEqual(currentVmSpec({ ssh: '/k.pub' }), { ssh: { authorizedKeysFile: '/k.pub' } });
  for (const same of [{ ssh: { generateKey: true } }, { ssh: false }, { cpus: 1 }, [], null, undefined, 'x'])
    assert.equal(currentVmSpec(same), same);
});

test('currentConfigurationSpec: the defaults for VMs too', () => {
  const ssh = { generateKey: true };
  assert.deepEqual(currentConfigurationSpec({ idPrefix: 'a', vmDefaults: { ssh: true } }), {
    idPrefix: 'a',
    vmDefaults: { ssh },
  });
  const same = { vmDefaults: { ssh } };
  assert.equal(currentConfigurationSpec(same), same);
});

test('currentVm: what a guest was booted with is brought up to date like the spec', () => {
  const vm = sampleVm({ spec: { ssh: { generateKey: true } } });
  assert.equal(currentVm(vm), vm);
  const { spec, status } = vm;
  const old = {
    ...vm,
    spec: { ...spec, ssh: '/k.pub' },
    status: { ...status, booted: { ...spec, ssh: true } },
  };
  assert.deepEqual(currentVm(old), {
    ...vm,
    spec: { ...spec, ssh: { authorizedKeysFile: '/k.pub' } },
    status: { ...status, booted: spec },
  });
});

test('decodeManifests: a VM as it was once written is read, and what is wrong in it is found', () => {
  const scheme = new Scheme(kinds);
  const text = (ssh: string): string =>
    `apiVersion: ignite.weave.works/v1\nkind: VM\nmetadata: {name: a}\nspec:\n  image: {oci: debian:12}\n  ssh: ${ssh}\n`;
  const sshOf = (ssh: string): unknown =>
    (decodeManifests(text(ssh), 'f', scheme)[0]!.spec as { readonly ssh: unknown }).ssh;
  assert.deepEqual(sshOf('true'), sshOf('{generateKey: true}'));
  assert.deepEqual(sshOf('/k.pub'), sshOf('{authorizedKeysFile: /k.pub}'));
  assert.throws(() => decodeManifests(text('k.pub'), 'f', scheme), {
    message: 'f:6:3: spec.ssh.authorizedKeysFile: must be an absolute path without ".."',
  });
});
