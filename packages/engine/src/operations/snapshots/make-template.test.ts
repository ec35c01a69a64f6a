import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { storeUnfinished } from '../../vm/lifecycle/unfinished.sample.ts';
import { refusing, worldOf } from '../../vm/lifecycle/world.sample.ts';
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
    const found = await makeTemplate({ spec: wanted }, { host, vms }, op);
    assert.deepEqual([found.metadata.name, made], ['made', 0]);
    const larger = { ...wanted, memory: '512MB' };
    await assert.rejects(makeTemplate({ spec: larger }, { host, vms }, op), /a VM is made/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('makeTemplate: the VM of a maker that was killed goes, whatever others say of the VMs of the caller', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'make-template-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const spec = await storeTemplate(host.objects);
    const left = await storeUnfinished(host);
    const none = async (): Promise<never> => assert.fail('it is none of the VMs of the caller');
    const vms = { create: none, start: none, remove: none };
    const found = await makeTemplate({ spec }, { host: refusing(host), vms }, op);
    assert.equal(found.metadata.name, 'made');
    assert.equal(await vmsIn(host.objects).findByUid(left), undefined);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
