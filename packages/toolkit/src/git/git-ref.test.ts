import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRef } from './git-ref.ts';
import { gitTransport, publicUrl } from './git-url.ts';

const refs = [
  { name: 'HEAD', commit: 'c1' },
  { name: 'refs/heads/feature', commit: 'c9' },
  { name: 'refs/heads/master', commit: 'c1' },
  ...['v1.0.0', 'v1.2.0', 'v1.2.3', '1.10.0', 'v2.0.0-rc.1', 'v2.0.0-rc.2', 'v0.3.1', 'v0.4.0', 'latest'].map(
    (tag) => ({ name: `refs/tags/${tag}`, commit: `t-${tag}` }),
  ),
  { name: 'refs/tags/v1.2.3^{}', commit: 'peeled' },
];

test('chooseRef: the more specific field wins, and the branch of HEAD is the default', () => {
  assert.equal(chooseRef({}, refs)?.label, 'master');
  assert.equal(chooseRef({ branch: 'feature' }, refs)?.commit, 'c9');
  assert.equal(chooseRef({ branch: 'feature', tag: 'latest' }, refs)?.label, 'latest');
  assert.equal(chooseRef({ tag: 'v1.2.3' }, refs)?.commit, 'peeled');
  assert.equal(chooseRef({ name: 'refs/heads/feature', semver: '1.x' }, refs)?.commit, 'c9');
  assert.deepEqual(chooseRef({ commit: 'abc', branch: 'master' }, refs), {
    label: 'master',
    fetch: 'abc',
    commit: 'abc',
  });
  assert.equal(chooseRef({ branch: 'gone' }, refs), undefined);
  assert.equal(chooseRef({}, []), undefined);
});

test('chooseRef: ranges choose the highest tag that fits', () => {
  for (const [range, tag] of [
    ['1.x', '1.10.0'],
    ['~1.2.0', 'v1.2.3'],
    ['~1.2', 'v1.2.3'],
    ['^1.0.0', '1.10.0'],
    ['^0.3.0', 'v0.3.1'],
    ['>=1.0.0 <1.10.0', 'v1.2.3'],
    ['>1.2.0, <=1.2.3', 'v1.2.3'],
    ['1.2.0', 'v1.2.0'],
    ['*', '1.10.0'],
    ['>=2.0.0-rc.0', 'v2.0.0-rc.2'],
    ['<1.0.0 || 1.0.x', 'v1.0.0'],
    ['>1.2', '1.10.0'],
    ['3.x', undefined],
    ['>=2.0.0', undefined],
    ['latest', undefined],
  ] as const)
    assert.equal(chooseRef({ semver: range }, refs)?.label, tag, range);
});

test('gitTransport: only addresses that git merely fetches from', () => {
  assert.equal(gitTransport('https://example.org/a.git'), 'https');
  assert.equal(gitTransport('git@example.org:a/b.git'), 'ssh');
  assert.equal(gitTransport('ssh://git@example.org:22/a'), 'ssh');
  assert.equal(gitTransport('/srv/a.git'), 'file');
  assert.equal(gitTransport('file:///srv/a.git'), 'file');
  for (const bad of [
    'http://example.org/a',
    'git://x/a',
    'ext::sh -c id',
    '-u/x',
    'ssh://-oProxyCommand=id/x',
    'a/b',
  ])
    assert.throws(() => gitTransport(bad), { code: 'SOURCE_INVALID' }, bad);
  assert.equal(publicUrl('https://me:secret@example.org/a'), 'https://example.org/a');
});
