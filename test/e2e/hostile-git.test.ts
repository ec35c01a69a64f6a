import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '@ignite/toolkit/clock/until.sample';
import { Repository } from './fixtures/git.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const owner = 4242;

describe('a hostile repository', () => {
  let ignite: Ignite;
  let leaks: AsyncDisposable;
  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.open(184);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('of a user of this host is followed and reported to, and none of its hooks runs', async () => {
    const repository = new Repository(ignite.dir);
    repository.push({
      'a.yaml':
        'apiVersion: ignite.weave.works/v1\nkind: Volume\nmetadata: {name: data}\nspec: {size: 16MB}\n',
    });
    const ran = join(ignite.dir, 'ran');
    mkdirSync(ran);
    chmodSync(ran, 0o1777);
    const hooks = join(repository.url, 'hooks');
    for (const hook of ['pre-receive', 'update', 'reference-transaction', 'post-receive', 'post-update']) {
      writeFileSync(join(hooks, hook), `#!/bin/sh\n: > ${ran}/${hook}-$(id -u)\n`);
      chmodSync(join(hooks, hook), 0o755);
    }
    execFileSync('chown', ['-R', `${owner}:${owner}`, repository.url]);
    const { interrupt, ended } = ignite.start(['gitops', repository.url, '--interval', '500ms']);
    const branch = join(repository.url, 'refs/heads/ignite-status');
    try {
      await until('it is applied', async () =>
        /Volume\/data +Synced/.test((await ignite.run('gitops', 'status')).stdout),
      );
      await until('the status is pushed', () => existsSync(branch));
    } finally {
      interrupt();
      const { code, stderr } = await ended;
      assert.equal(code, 0, stderr);
    }
    assert.equal(statSync(branch).uid, owner);
    assert.deepEqual(readdirSync(ran), []);
    await ignite.ok('volume', 'rm', 'data');
  });
});
