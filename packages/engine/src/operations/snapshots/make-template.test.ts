import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makingTemplateLabel } from '@ignite/api/v1/template';
import { newUid } from '@ignite/toolkit/object/uid';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import { templateName } from '../../vm/template-maker.ts';
import { makeTemplate } from './make-template.ts';
import { storeTemplate } from './template.sample.ts';

const op = { signal: new AbortController().signal, report: () => {} };

test('makeTemplate: where there is a template, no VM is made to find it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'make-template-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const wanted = await storeTemplate(host.objects);
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
