import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type VmFiles, vmFiles } from '../host/paths.ts';
import { adoptSshKeys } from './ssh-keys.ts';

test('adoptSshKeys: a VM gets the keys of another one, and knows its guest by that host key', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'ignite-keys-'));
  const [files, other, none] = ['a', 'b', 'c'].map((uid) => vmFiles({ dataDir, runDir: dataDir }, uid));
  const write = (of: VmFiles, words: string): void => {
    mkdirSync(of.dir, { recursive: true });
    for (const path of [of.privateKey, of.hostKey]) {
      writeFileSync(path, `secret ${words}`);
      writeFileSync(`${path}.pub`, `ssh-ed25519 ${words} comment\n`);
    }
  };
  write(files!, 'own');
  write(other!, 'other');
  const read = (): readonly string[] =>
    [files!.privateKey, files!.publicKey, files!.hostKey, files!.knownHosts].map((path) =>
      readFileSync(path, 'utf8'),
    );
  await adoptSshKeys({ uid: 'a', files: files! }, none!);
  assert.deepEqual(read(), ['secret own', 'ssh-ed25519 own comment\n', 'secret own', 'a ssh-ed25519 own\n']);
  await adoptSshKeys({ uid: 'a', files: files! }, other!);
  assert.deepEqual(read(), [
    'secret other',
    'ssh-ed25519 other comment\n',
    'secret other',
    'a ssh-ed25519 other\n',
  ]);
  assert.equal(statSync(files!.privateKey).mode & 0o777, 0o600);
  rmSync(dataDir, { recursive: true });
});
