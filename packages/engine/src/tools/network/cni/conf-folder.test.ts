import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfFolder } from './conf-folder.ts';
import { defaultConfList, hasCapability, hostBridge } from './conf-list.ts';
import { defaultNetwork } from './default-network.ts';

const dirs: string[] = [];
after(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));
function newDir(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'conf-list-'));
  dirs.push(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const podman = '{"name":"podman","plugins":[{"type":"bridge"}]}';

test('ConfFolder.default: where there is none of ours, ours is written, and read from then on', async () => {
  const dir = newDir({ '87-podman.conflist': podman });
  const made = await new ConfFolder(dir, defaultNetwork).default();
  assert.deepEqual(made, defaultConfList(defaultNetwork));
  assert.deepEqual(readdirSync(dir), ['10-ignite.conflist', '87-podman.conflist']);
  const other = new ConfFolder(dir, { ...defaultNetwork, name: 'other' });
  assert.equal((await other.default()).name, defaultNetwork.name);
  assert.equal(await other.defaultName(), defaultNetwork.name);
});

test("ConfFolder.default: an administrator's own list is taken", async () => {
  const own = { name: 'lan', plugins: [{ type: 'macvlan', master: 'eth1' }] };
  const folder = new ConfFolder(newDir({ '05-ignite-lan.conflist': JSON.stringify(own) }), defaultNetwork);
  const list = await folder.default();
  assert.equal(list.name, 'lan');
  assert.equal(hostBridge(list), undefined);
});

test('ConfFolder.named: lists and single configurations are found by their name, of whatever runtime', async () => {
  const single = '{"cniVersion":"0.4.0","name":"lan","type":"macvlan","master":"eth1"}';
  const folder = new ConfFolder(
    newDir({ '20-lan.conf': single, '87-podman.conflist': podman }),
    defaultNetwork,
  );
  assert.deepEqual(await folder.named('lan'), {
    cniVersion: '0.4.0',
    name: 'lan',
    plugins: [{ type: 'macvlan', master: 'eth1' }],
  });
  assert.equal(hostBridge(await folder.named('podman')), 'cni0');
  assert.deepEqual(await folder.named(defaultNetwork.name), defaultConfList(defaultNetwork));
});

test('ConfFolder.named: a name that nothing has is refused, with the nearest and the files that cannot be read', async () => {
  const dir = newDir({ '87-podman.conflist': podman, '99-x.conflist': '{' });
  const folder = new ConfFolder(dir, defaultNetwork);
  await assert.rejects(folder.named('podmen'), {
    code: 'NETWORK_NOT_FOUND',
    hint: /did you mean "podman"\?.*99-x\.conflist/,
  });
  await assert.rejects(new ConfFolder(join(dir, 'absent'), defaultNetwork).named('x'), {
    code: 'NETWORK_NOT_FOUND',
    hint: /no networks are defined/,
  });
  assert.deepEqual(readdirSync(dir).length, 2, 'looking for a name writes nothing');
});

test('ConfFolder.named: lists are found though that of the default network is broken', async () => {
  const dir = newDir({ '10-ignite.conflist': '{', '87-podman.conflist': podman });
  const folder = new ConfFolder(dir, defaultNetwork);
  assert.equal((await folder.named('podman')).name, 'podman');
  assert.equal(await folder.defaultName(), undefined);
  await assert.rejects(folder.named(defaultNetwork.name), { hint: /10-ignite\.conflist/ });
  await assert.rejects(folder.default(), { code: 'CNI_CONFIG_BROKEN' });
});

test('hasCapability: of any plugin of the list', () => {
  const list = defaultConfList(defaultNetwork);
  assert.ok(hasCapability(list, 'portMappings'));
  assert.ok(!hasCapability(list, 'ips'));
});

for (const [what, text] of [
  ['no JSON', '{'],
  ['no plugins', '{"name":"x","plugins":[]}'],
  ['a plugin that is a path', '{"name":"x","plugins":[{"type":"../../bin/sh"}]}'],
  ['a name that is a path', '{"name":"../x","plugins":[{"type":"bridge"}]}'],
] as const) {
  test(`ConfFolder.default: ${what} is refused and names the file`, async () => {
    const dir = newDir({ '10-ignite.conflist': text });
    await assert.rejects(new ConfFolder(dir, defaultNetwork).default(), (failure: Error) =>
      failure.message.includes(dir),
    );
  });
}
