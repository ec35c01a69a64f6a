import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noTemplateAnnotation } from '@ignite/api/v1/template';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { bytes } from '@ignite/toolkit/units/bytes';
import { locksDir } from '../../tools/host/paths.ts';
import { imagesIn, vmsIn } from '../../tools/store/kind-clients.ts';
import { changeVm, changeVmStatus, findVm } from '../../tools/store/vm-objects.ts';
import { cannotWarm } from '../../vm/errors.ts';
import { storeUnfinished } from '../../vm/lifecycle/unfinished.sample.ts';
import { uid, worldOf } from '../../vm/lifecycle/world.sample.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import { failureOf, makeTemplateLater } from './make-template-later.ts';
import { storeTemplate } from './template.sample.ts';

const op = { signal: new AbortController().signal, report: () => {} };

/** Asks for a template in the background for a VM that has booted, where each attempt to make the VM of one fails. */
async function asked(use: (host: VmPorts, ask: (failure: Error) => Promise<string>) => Promise<void>) {
  const dir = mkdtempSync(join(tmpdir(), 'make-template-later-'));
  try {
    const { host } = await worldOf(() => 0.5, dir);
    const spec = { ...(await storeTemplate(host.objects)), memory: '128MB' };
    const image = { digest: 'sha256:1', bootMode: 'init' } as const;
    await changeVmStatus(host.objects, await findVm(host.objects, uid), ({ status }) => ({
      ...status,
      image,
    }));
    await use(host, async (failure) => {
      const fails = async (): Promise<never> => {
        throw failure;
      };
      const vms = { create: fails, start: fails, remove: fails };
      await assert.rejects(makeTemplateLater({ spec }, uid, { host, vms }, op));
      return (await findVm(host.objects, uid)).metadata.annotations[noTemplateAnnotation] ?? '';
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('makeTemplateLater: of two makers in the background one leaves it at that, and its VM says so', async () => {
  await asked(async (host, ask) => {
    using _other = tryLock(locksDir(host.paths), 'template-in-background');
    assert.match(
      await ask(new Error('not asked')),
      /no template is made in the background: another one is being made/,
    );
  });
});

test('makeTemplateLater: a VM that needs more than the host has makes none', async () => {
  await asked(async (host, ask) => {
    const vm = await findVm(host.objects, uid);
    await changeVm(host.objects, vm, ({ spec }) => ({ spec: { ...spec, memory: bytes(2 ** 50) } }));
    assert.match(await ask(new Error('not asked')), /of memory are available, and .* are needed/);
  });
});

test('makeTemplateLater: the VM of a maker that was killed goes, although the host has no room for another one', async () => {
  await asked(async (host, ask) => {
    const left = await storeUnfinished(host);
    const vm = await findVm(host.objects, uid);
    await changeVm(host.objects, vm, ({ spec }) => ({ spec: { ...spec, memory: bytes(2 ** 50) } }));
    assert.match(await ask(new Error('not asked')), /of memory are available/);
    assert.equal(await vmsIn(host.objects).findByUid(left), undefined);
  });
});

test('makeTemplateLater: an image of which none can be made is not tried again for a day, and others are', async () => {
  await asked(async (host, ask) => {
    assert.equal(await ask(new Error('the disk is full')), 'the disk is full');
    assert.match(await ask(cannotWarm('it has no SSH')), /it has no SSH/);
    const again = await ask(new Error('not asked'));
    assert.match(again, /^no template is made in the background: .*it has no SSH/);
    const [image] = (await imagesIn(host.objects).list()).items;
    assert.match(failureOf(image!, host.clock.now()) ?? '', /it has no SSH/);
    assert.equal(failureOf(image!, host.clock.now() + 25 * 3_600_000), undefined);
  });
});

test('makeTemplateLater: what keeps one VM from having one is not held against its image', async () => {
  await asked(async (host, ask) => {
    const vm = await findVm(host.objects, uid);
    await changeVm(host.objects, vm, ({ spec }) => ({ spec: { ...spec, command: ['/bin/sh'] } }));
    assert.match(await ask(new Error('not asked')), /its entrypoint begins as it boots/);
    const [image] = (await imagesIn(host.objects).list()).items;
    assert.equal(failureOf(image!, host.clock.now()), undefined);
  });
});
