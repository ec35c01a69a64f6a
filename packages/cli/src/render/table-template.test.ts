import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableTemplate } from './table-template.ts';

test('tableTemplate: columns stand between tabs, written either way, and are called what they ask for', () => {
  assert.deepEqual(tableTemplate('table {{.Names}}\\t{{.Status.Phase}}\t{{json .Labels}}'), {
    header: ['NAMES', 'PHASE', 'LABELS'],
    template: '{{.Names}}\t{{.Status.Phase}}\t{{json .Labels}}',
  });
});

test('tableTemplate: other templates are none', () => {
  assert.equal(tableTemplate('{{.Name}} table'), undefined);
  assert.equal(tableTemplate('table'), undefined);
  assert.equal(tableTemplate('tables {{.Name}}'), undefined);
});
