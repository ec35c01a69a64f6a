import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makingTemplateLabel, templateLabel } from '@ignite/api/v1/template';
import { newUid } from '@ignite/toolkit/object/uid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelPackage } from '../../tools/kernel/debian-kernel.ts';
import { imagesIn, kernelsIn, snapshotsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { validateRequest } from '../../vm/definition/create-vm.ts';
import { uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import { templateName } from '../../vm/template-maker.ts';
import { makeTemplate, templateKey } from './make-template.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('makeTemplate: where there is a template, no VM is made to find it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'make-template-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const image = { digest: 'sha256:1', bootMode: 'init' } as const;
    const kernel = { id: 'k', version: '1' };
    await imagesIn(host.objects).create({
      metadata: { name: 'debian', uid: newUid() },
      spec: { oci: 'debian:latest' },
      status: {
        ...image,
        platform: `linux/${hostArch}`,
        config: {
          entrypoint: [],
          cmd: [],
          env: [],
          user: '',
          workingDir: '/',
          stopSignal: '',
          exposedPorts: [],
        },
        size: 1,
        baseDisk: { path: '/base', size: 1 },
      },
    } as never);
    await kernelsIn(host.objects).create({
      metadata: { name: kernelPackage(hostArch), uid: newUid() },
      spec: {},
      status: { ...kernel, arch: hostArch, size: bytes(1) },
    });
    const wanted = { image: { oci: 'debian:latest' }, memory: '256MB' };
    const { spec } = await validateRequest({ spec: wanted });
    const key = templateKey({ spec, status: { phase: 'Created', arch: hostArch, image, kernel } });
    await snapshotsIn(host.objects).create({
      metadata: {
        namespace: 'default',
        name: 'made',
        uid: newUid(),
        labels: { [templateLabel]: key },
        annotations: {},
        finalizers: [],
      },
      spec: { vmName: 'web' },
      status: { vmUid: newUid(), vmSpec: spec, arch: hostArch, image, kernel, holds: 'Machine', size: 1 },
    } as never);
    let made = 0;
    const create = async (): Promise<never> => {
      made += 1;
      throw new Error('a VM is made');
    };
    const vms = { create, start: create, remove: create };
    const found = await makeTemplate({ spec: wanted }, { host, vms, leftovers: vms }, op);
    assert.deepEqual([found.metadata.name, made], ['made', 0]);
    const larger = { ...wanted, memory: '512MB' };
    await assert.rejects(makeTemplate({ spec: larger }, { host, vms, leftovers: vms }, op), /a VM is made/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('makeTemplate: the VM of a maker that was killed goes, whatever others say of the VMs of the caller', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'make-template-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const token = newUid();
    const found = (await vmsIn(host.objects).findByUid(uid))!;
    const { metadata } = found;
    await vmsIn(host.objects).create({
      ...found,
      metadata: {
        ...{ namespace: metadata.namespace, name: templateName(token), uid: newUid() },
        labels: { [makingTemplateLabel]: token },
      },
    });
    const removed: string[] = [];
    const none = async (): Promise<never> => assert.fail('it is none of the VMs of the caller');
    const stop = new Error('it is removed');
    const remove = async (query: string): Promise<never> => {
      removed.push((await findVm(host.objects, query)).metadata.name);
      throw stop;
    };
    const makers = { host, vms: { create: none, start: none, remove: none }, leftovers: { remove } };
    await assert.rejects(makeTemplate({ spec: { image: { oci: 'debian:latest' } } }, makers, op), stop);
    assert.deepEqual(removed, [templateName(token)]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
