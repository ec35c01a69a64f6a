import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Repository } from './fixtures/git.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const volume =
  'apiVersion: ignite.weave.works/v1\nkind: Volume\nmetadata: {name: data}\nspec: {size: 16MB}\n';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.open(203);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a repository that is not there is told of at once: a new one is refused, one that was there is tried again', async () => {
  const wrong = await ignite.run('gitops', '/wrong/path');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^error: \/wrong\/path: there is no such repository\nhint: check its address/m);
  assert.doesNotMatch(await ignite.ok('get', 'syncs'), /path/);
  const repository = new Repository(ignite.dir, 'away');
  repository.push({ 'a.yaml': volume });
  const service = ignite.start(['gitops', repository.url, '--interval', '500ms']);
  const told = (text: RegExp) => () => text.test(service.told());
  await until('it is made', async () => /data/.test(await ignite.ok('volumes')));
  renameSync(repository.url, `${repository.url}.away`);
  const failed = /"sync failed, trying again","sync":"away".*there is no such repository.*"hint":"check/;
  await until('it is told of', told(failed));
  await ignite.run('gitops', 'reconcile', 'away');
  renameSync(`${repository.url}.away`, repository.url);
  await until('it works again', told(/"sync works again","sync":"away"/));
  service.interrupt();
  const { code, stderr } = await service.ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr.split('\n').filter((line) => failed.test(line)).length, 1, stderr);
  await ignite.ok('volume', 'rm', 'data');
});

test('a folder and a path in which nothing is declared are told of', async () => {
  const folder = join(ignite.dir, 'empty');
  mkdirSync(folder);
  for (const args of [
    // The Sync of before names the path from the beginning: a service that applied it once more would have something to hold back.
    ['gitops', join(ignite.dir, 'away.git'), '--path', 'misspelt'],
    ['daemon', '--manifests', folder],
  ]) {
    const service = ignite.start(args);
    const path = args.at(-1)!;
    await until('it is told of', () =>
      service
        .told()
        .split('\n')
        .some((line) => line.includes('"no manifests found"') && line.includes(`"${path}"`)),
    );
    service.interrupt();
    const { code, stderr } = await service.ended;
    assert.equal(code, 0, stderr);
  }
});
