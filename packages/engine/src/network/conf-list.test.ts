import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { defaultConfList, defaultNetwork, hostBridge, loadConfList } from './conf-list.ts';

const dirs: string[] = [];
after(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));
function newDir(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'conf-list-'));
  dirs.push(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

test('loadConfList: where there is none of ours, ours is written, and read from then on', async () => {
  const dir = newDir({ '87-podman.conflist': '{"name":"podman","plugins":[{"type":"bridge"}]}' });
  const made = await loadConfList(dir, defaultNetwork);
  assert.deepEqual(made, defaultConfList(defaultNetwork));
  assert.deepEqual(readdirSync(dir), ['10-ignite.conflist', '87-podman.conflist']);
  assert.equal((await loadConfList(dir, { ...defaultNetwork, name: 'other' })).name, defaultNetwork.name);
});

test("loadConfList: an administrator's own list is taken", async () => {
  const own = { name: 'lan', plugins: [{ type: 'macvlan', master: 'eth1' }] };
  const list = await loadConfList(newDir({ '05-ignite-lan.conflist': JSON.stringify(own) }), defaultNetwork);
  assert.equal(list.name, 'lan');
  assert.equal(hostBridge(list), undefined);
});

for (const [what, text] of [
  ['no JSON', '{'],
  ['no plugins', '{"name":"x","plugins":[]}'],
  ['a plugin that is a path', '{"name":"x","plugins":[{"type":"../../bin/sh"}]}'],
  ['a name that is a path', '{"name":"../x","plugins":[{"type":"bridge"}]}'],
] as const) {
  test(`loadConfList: ${what} is refused and names the file`, async () => {
    const dir = newDir({ '10-ignite.conflist': text });
    await assert.rejects(loadConfList(dir, defaultNetwork), (failure: Error) =>
      failure.message.includes(dir),
    );
  });
}
