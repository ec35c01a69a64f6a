import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkFaults } from './links.ts';

const pages: Readonly<Record<string, string>> = {
  'README.md': '# Ignite\n\n## Install\n',
  'docs/a.md': '# A page\n\n```\n# not a heading\n```\n\n## Use `it`, twice\n',
  'docs/adr': '',
};
const faultsOf = (markdown: string): readonly string[] =>
  linkFaults('docs/b.md', markdown, (path) => pages[path]);

test('linkFaults: links to files, folders, headings and other sites are right', () => {
  assert.deepEqual(
    faultsOf(
      '# B\n[1](a.md) [2](../README.md#install) [3](adr) [4](#b) [5](a.md#use-it-twice) [6](https://example.org/x#y)',
    ),
    [],
  );
});

test('linkFaults: a file that is missing and a heading that is missing are named', () => {
  assert.deepEqual(faultsOf('[1](c.md) [2](a.md#not-a-heading) [3](#nowhere)'), [
    'c.md: no such file',
    'a.md#not-a-heading: no such heading',
    '#nowhere: no such heading',
  ]);
});
