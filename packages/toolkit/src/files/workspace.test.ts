import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OpenFolder } from './open-folder.ts';
import { openWorkspace } from './workspace.ts';

const dir = mkdtempSync(join(tmpdir(), 'workspace-'));
after(() => rmSync(dir, { recursive: true }));

test('openWorkspace: a folder for our eyes alone, which goes with all that is in it', async () => {
  const parent = join(dir, 'a/b');
  {
    await using workspace = await openWorkspace(parent, 'work-');
    assert.equal(statSync(workspace.path).mode & 0o777, 0o700);
    writeFileSync(join(workspace.path, 'x'), '');
  }
  assert.deepEqual(readdirSync(parent), []);
});

test('openWorkspace: what a killed predecessor left is removed, and nothing else', async () => {
  const killed = await openWorkspace(dir, 'work-');
  mkdirSync(join(killed.path, 'deep/er'), { recursive: true });
  mkdirSync(join(dir, 'kept'));
  {
    await using _workspace = await openWorkspace(dir, 'work-');
    assert.throws(() => statSync(killed.path), { code: 'ENOENT' });
  }
  assert.ok(readdirSync(dir).includes('kept'));
});

test('openWorkspace: one that was moved away is no trouble', async () => {
  await using workspace = await openWorkspace(dir, 'work-');
  rmSync(workspace.path, { recursive: true });
});

test('openWorkspace: what is deeper than a path can be long goes too', async () => {
  const parent = join(dir, 'deep');
  {
    await using workspace = await openWorkspace(parent, 'work-');
    const name = 'n'.repeat(200);
    await using levels = new AsyncDisposableStack();
    let deepest = levels.use(await OpenFolder.at(workspace.path));
    for (let depth = 0; depth < 25; depth += 1) {
      mkdirSync(deepest.pathOf(name));
      deepest = levels.use(await deepest.enter(name));
    }
  }
  assert.deepEqual(readdirSync(parent), []);
});

test('openWorkspace: in a folder that others may write to nothing is removed, since it may be a link by then', async () => {
  const shared = join(dir, 'shared');
  mkdirSync(join(shared, 'work-planted'), { recursive: true });
  chmodSync(shared, 0o1777);
  await assert.rejects(openWorkspace(shared, 'work-'), { code: 'FOLDER_UNSAFE' });
  assert.ok(existsSync(join(shared, 'work-planted')));
});
