import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { findByQuery } from './find.ts';

const vm = (name: string, uid: string) => ({ metadata: { name, uid } });
const all = [vm('my', 'aa11'), vm('my-vm', 'ab22'), vm('other', 'ff33')];

test('findByQuery: an exact name beats a prefix', () => {
  assert.equal(findByQuery('VM', all, 'my').metadata.uid, 'aa11');
});

test('findByQuery: an unambiguous prefix of a name or uid is enough', () => {
  assert.equal(findByQuery('VM', all, 'oth').metadata.uid, 'ff33');
  assert.equal(findByQuery('VM', all, 'ab').metadata.name, 'my-vm');
});

test('findByQuery: an ambiguous prefix is refused and names the candidates', () => {
  assert.throws(
    () => findByQuery('VM', all, 'm'),
    (failure) =>
      hasCode(failure, 'VM_AMBIGUOUS') &&
      failure.message === 'ambiguous VM query: "m" matched the following IDs/names: my, my-vm',
  );
});

test('findByQuery: where names may not be abbreviated, uids still may', () => {
  assert.throws(() => findByQuery('Image', all, 'oth', () => false), { code: 'IMAGE_NOT_FOUND' });
  assert.equal(findByQuery('Image', all, 'ff', () => false).metadata.name, 'other');
});

test('findByQuery: a name alone is one of the default namespace, and a uid is one of all', () => {
  const prod = { metadata: { ...vm('web', 'cc44').metadata, namespace: 'prod' } };
  const web = { metadata: { ...vm('web', 'dd55').metadata, namespace: 'default' } };
  assert.equal(findByQuery('VM', [prod, web], 'web'), web);
  assert.equal(findByQuery('VM', [prod, web], 'prod/web'), prod);
  assert.equal(findByQuery('VM', [prod, web], 'prod/w'), prod);
  assert.equal(findByQuery('VM', [prod, web], 'cc'), prod);
  assert.throws(() => findByQuery('VM', [prod], 'web'), {
    code: 'VM_NOT_FOUND',
    hint: /^did you mean "prod\/web"\?/,
  });
});

test('findByQuery: a name without a namespace abbreviates none of another namespace', () => {
  const vmIn = (namespace: string, name: string, uid: string) => ({ metadata: { name, uid, namespace } });
  const [web, proxy] = [vmIn('prod', 'web', 'cc44'), vmIn('default', 'proxy', 'dd55')];
  for (const query of ['p', 'pro', 'prod', 'w'])
    assert.throws(() => findByQuery('VM', [web], query), { code: 'VM_NOT_FOUND' }, query);
  assert.equal(findByQuery('VM', [web, proxy], 'pro'), proxy);
  assert.equal(findByQuery('VM', [web, proxy], 'default/pro'), proxy);
});

test('findByQuery: an exact uid is no name of another object', () => {
  const named = vm('aa11', 'bb22');
  assert.equal(findByQuery('VM', [named, ...all], 'aa11').metadata.name, 'my');
  assert.equal(findByQuery('VM', [named], 'aa11'), named);
});

test('findByQuery: behind a namespace, names, uids and their prefixes are those of that namespace', () => {
  const vmIn = (namespace: string, name: string, uid: string) => ({ metadata: { name, uid, namespace } });
  const [web, twin, db] = [
    vmIn('prod', 'web', 'cc44'),
    vmIn('default', 'web', 'dd55'),
    vmIn('default', 'db', 'ee66'),
  ];
  const found = (query: string) => findByQuery('VM', [web, twin, db], query);
  for (const query of ['prod/web', 'prod/w', 'prod/cc44', 'prod/c']) assert.equal(found(query), web, query);
  for (const query of ['web', 'default/web', 'default/w', 'default/dd55', 'default/dd'])
    assert.equal(found(query), twin, query);
  for (const query of ['prod/dd55', 'prod/db', 'prod/', 'dev/web'])
    assert.throws(() => found(query), { code: 'VM_NOT_FOUND' }, query);
  assert.throws(() => found('prod/db'), { hint: /^did you mean "default\/db"\?/ });
});

test('findByQuery: unknown and empty queries name nothing', () => {
  assert.throws(() => findByQuery('VM', all, 'zzz'), { code: 'VM_NOT_FOUND' });
  assert.throws(() => findByQuery('Image', all, ''), { code: 'IMAGE_NOT_FOUND' });
});

test('findByQuery: a slip in a name is answered with what was meant', () => {
  const hintOf = (kind: 'VM' | 'Image', items: typeof all, query: string): string | undefined => {
    try {
      findByQuery(kind, items, query);
    } catch (failure) {
      return failure instanceof CodedError ? failure.hint : undefined;
    }
    return undefined;
  };
  assert.match(hintOf('VM', all, 'ohter') ?? '', /^did you mean "other"\? "ignite ps -a" lists/);
  assert.match(hintOf('Image', [vm('busybox:latest', 'cc')], 'busibox') ?? '', /^did you mean "busybox"\?/);
  assert.match(hintOf('VM', all, 'nothing-like-it') ?? '', /^"ignite ps -a" lists/);
});
