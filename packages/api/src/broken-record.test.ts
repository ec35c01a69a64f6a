import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenRecordText } from './broken-record.ts';

test('brokenRecordText: the command that removes a record names its namespace', () => {
  const text = (namespace: string) =>
    brokenRecordText({
      key: { group: 'ignite.weave.works', kind: 'VM', namespace, name: 'web' },
      problem: 'it is not JSON',
      text: '',
    });
  assert.equal(
    text('default'),
    'the record of VM "web" is damaged (it is not JSON): "ignite rm web" removes it',
  );
  assert.match(text('prod'), /VM "prod\/web" .*"ignite rm prod\/web" removes it$/);
});
