import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makingTemplateLabel } from '@ignite/api/v1/template';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { actAsMaker } from '../template-maker.ts';
import { reconcileUnlessBusy } from './reconcile-unless-busy.ts';
import { restoreVms } from './restore-vms.ts';
import { storeUnfinished } from './unfinished.sample.ts';
import { worldOf } from './world.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'remove-unfinished-'));
after(() => rmSync(dir, { recursive: true }));
const op = { signal: new AbortController().signal, report: (): void => {} };

test('restore removes the VM of a maker of a template that was killed', async () => {
  const { host } = await worldOf(() => 0.5, dir);
  const left = await storeUnfinished(host);
  await restoreVms(host, op);
  assert.equal(await vmsIn(host.objects).findByUid(left), undefined);
});

test('a controller stops and removes the VM of a maker that was killed, and leaves that of one at work', async () => {
  const { host, world } = await worldOf(() => 0.5, dir);
  const left = await storeUnfinished(host);
  const { metadata } = (await vmsIn(host.objects).findByUid(left))!;
  {
    const token = metadata.labels[makingTemplateLabel]!;
    using _maker = await actAsMaker(metadata.namespace, token, host.paths, op.signal);
    await reconcileUnlessBusy(left, host, op);
    assert.ok(await vmsIn(host.objects).findByUid(left));
  }
  world.sandbox = { state: 'running', pid: process.pid };
  await reconcileUnlessBusy(left, host, op);
  assert.equal(await vmsIn(host.objects).findByUid(left), undefined);
  assert.equal(world.sandbox.state, 'absent');
});
