import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makingTemplateLabel } from '@ignite/api/v1/template';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { actAsMaker, isBeingMade, makerOf, templateName } from './template-maker.ts';

test('a label alone makes no VM one of which a template is made', async () => {
  const runDir = mkdtempSync(join(tmpdir(), 'template-maker-'));
  try {
    const paths = { dataDir: join(runDir, 'data'), runDir };
    const token = '0123456789abcdef';
    const { metadata } = sampleVm({});
    const labelled = (name: string, namespace = 'default') => ({
      metadata: { ...metadata, name, namespace, labels: { [makingTemplateLabel]: token } },
    });
    const [own, other] = [labelled(templateName(token)), labelled('web')];
    assert.deepEqual([makerOf(own), makerOf(other)], [token, undefined]);
    assert.equal(isBeingMade(own, paths), false);
    using _maker = await actAsMaker('default', token, paths, new AbortController().signal);
    assert.equal(isBeingMade(own, paths), true);
    assert.equal(isBeingMade(other, paths), false);
    assert.equal(isBeingMade(labelled(templateName(token), 'dev'), paths), false);
  } finally {
    rmSync(runDir, { recursive: true });
  }
});
