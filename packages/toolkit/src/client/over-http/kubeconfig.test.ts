import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKubeconfig } from './kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const config = (user: string, cluster = ''): string => `
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "https://a:6443", extra: 1${cluster}}}]
contexts: [{name: here, context: {cluster: c, user: u}}, {name: lost, context: {cluster: gone}}]
users: [{name: u, user: {${user}}}]
`;

test('a kubeconfig tells the address, the authority and the credentials, inline or in files beside it', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'config');
  const read = async (text: string, context?: string) => {
    writeFileSync(path, text);
    return await readKubeconfig(path, context);
  };
  const { url, tls } = await read(
    config(
      `client-certificate-data: ${base64('cert')}, client-key-data: ${base64('key')}`,
      `, certificate-authority-data: ${base64('ca')}, tls-server-name: b`,
    ),
  );
  assert.deepEqual([url, tls], ['https://a:6443', { ca: 'ca', cert: 'cert', key: 'key', servername: 'b' }]);

  writeFileSync(join(dir, 'token'), 'first\n');
  const { token } = await read(config('tokenFile: token', ', insecure-skip-tls-verify: true'));
  assert.equal(await token?.(), 'first');
  writeFileSync(join(dir, 'token'), 'second\n');
  assert.equal(await token?.(), 'second');

  for (const [text, context, message] of [
    [config(''), 'other', /no context "other"/],
    [config(''), 'lost', /no cluster "gone"/],
    [config('exec: {command: x}'), undefined, /uses exec/],
    [config('client-key: absent'), undefined, /names absent, which cannot be read/],
    ['clusters: 1', undefined, /is no kubeconfig: clusters: must be a list/],
    ['a: [', undefined, /is not YAML/],
  ] as const)
    await assert.rejects(read(text, context), { code: 'KUBECONFIG_INVALID', message });
  await assert.rejects(readKubeconfig(join(dir, 'absent')), { code: 'KUBECONFIG_INVALID' });
});
