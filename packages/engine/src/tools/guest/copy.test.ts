import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { copyOut } from './copy.ts';

const path = process.env['PATH'];
const commandFor = (line: string) => ({ tool: 'ssh', args: ['-T', 'root@192.0.2.1', line] });
const copy = { commandFor, vmPath: '/srv/data', follow: false };
const op = { signal: new AbortController().signal, report: () => {} };
let dir: string;
const at = (...names: readonly string[]): string => join(dir, ...names);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ignite-copy-'));
  for (const name of ['bin', 'out', 'victim']) mkdirSync(at(name));
  writeFileSync(at('victim/existing'), 'secret');
  process.env['PATH'] = [at('bin'), path].join(delimiter);
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(dir, { recursive: true });
});

/** Sets the script whose output is the guest's answer. */
function guest(script: string): void {
  writeFileSync(at('bin/ssh'), `#!/bin/sh\n${script}\n`);
  chmodSync(at('bin/ssh'), 0o755);
}

/** Lets the guest send a folder: an archive of what the script creates in an empty folder. */
function guestSending(script: string): void {
  const content = mkdtempSync(at('content-'));
  execFileSync('sh', ['-euc', `${script}\ntest -e ../sent.tar || tar -c -f ../sent.tar .`], { cwd: content });
  execFileSync('mv', [at('sent.tar'), `${content}.tar`]);
  guest(`case "$*" in *"echo folder"*) echo folder ;; *) cat ${content}.tar ;; esac`);
}

const copyTo = async (target: string, shared: readonly string[] = []): Promise<void> =>
  await copyOut(target, copy, { paths: { dataDir: at('data'), runDir: at('run') }, shared }, op);

test('copyOut: a guest that answers without end is not listened to for ever', async () => {
  guest('exec yes');
  await assert.rejects(copyTo(at('x')), {
    code: 'COPY_FAILED',
    message: /the answer of the VM does not end/,
  });
  assert.deepEqual(readdirSync(dir).toSorted(), ['bin', 'out', 'victim']);
});

test('copyOut: what a symlink of an earlier copy leads to is out of reach of a later one', async () => {
  guestSending(`ln -s ${at('victim')} x; touch log`);
  await copyTo(at('out'));
  assert.deepEqual(readdirSync(at('out/data')).toSorted(), ['log', 'x']);
  guestSending('mkdir x; echo job > x/job; echo new > log');
  await copyTo(at('out'));
  assert.deepEqual(readdirSync(at('victim')), ['existing']);
  assert.ok(lstatSync(at('out/data/x')).isDirectory());
  assert.equal(readFileSync(at('out/data/x/job'), 'utf8'), 'job\n');
  assert.equal(readFileSync(at('out/data/log'), 'utf8'), 'new\n');
  assert.deepEqual(readdirSync(at('out')), ['data']);
});

test('copyOut: nor is it by the name that the copy itself gets, or by archives that name no folder', async () => {
  symlinkSync(at('victim'), at('out/data'));
  guestSending('echo job > job');
  await assert.rejects(copyTo(at('out')), { message: /out\/data is a symbolic link; .* as the destination/ });
  rmSync(at('out/data'));
  mkdirSync(at('out/data'));
  symlinkSync(at('victim'), at('out/data/x'));
  guestSending('mkdir x; echo job > x/job; tar -c -f ../sent.tar x/job');
  await copyTo(at('out'));
  assert.deepEqual(readdirSync(at('victim')), ['existing']);
  assert.equal(readFileSync(at('out/data/x/job'), 'utf8'), 'job\n');
});

test('copyOut: the symlink that the user names as the destination is followed', async () => {
  symlinkSync(at('out'), at('link'));
  guestSending('echo x > file');
  await copyTo(at('link'));
  assert.equal(readFileSync(at('out/data/file'), 'utf8'), 'x\n');
});

test('copyOut: hard links are made within an archive, and to nothing else', async () => {
  guestSending('echo x > a; ln a b');
  await copyTo(at('out'));
  assert.equal(statSync(at('out/data/a')).ino, statSync(at('out/data/b')).ino);
  symlinkSync(at('victim'), at('out/data/x'));
  guestSending(
    'mkdir x; touch x/existing; ln x/existing hl; tar -c -f ../sent.tar x/existing hl; tar --delete -f ../sent.tar x/existing',
  );
  await assert.rejects(copyTo(at('out')), {
    code: 'COPY_FAILED',
    message: /: hl is a hard link to x\/existing, which was not copied with it$/,
  });
  assert.equal(statSync(at('victim/existing')).nlink, 1);
  assert.deepEqual(readdirSync(at('out/data')).toSorted(), ['a', 'b', 'x']);
});

test('copyOut: a device is refused in so many words, and nothing of that copy is kept', async () => {
  guestSending('echo x > a; mknod disk b 8 0; chmod 666 disk');
  await assert.rejects(copyTo(at('out')), {
    code: 'COPY_FAILED',
    message: 'the copy failed: ./disk is a device, and devices are not copied to this host',
  });
  assert.deepEqual(readdirSync(at('out')), []);
});

test('copyOut: nothing that comes runs as its owner, and names keep their bytes', async () => {
  guestSending(
    `echo x > program; chmod 6755 program; mkdir d; chmod 7777 d; touch "$(printf 'a\\033[2J\\233\\377')"`,
  );
  await copyTo(at('out'));
  assert.equal(statSync(at('out/data/program')).mode & 0o7777, 0o755);
  assert.equal(statSync(at('out/data/d')).mode & 0o7000, 0);
  assert.ok(
    readdirSync(at('out/data'), { encoding: 'buffer' }).some((name) =>
      name.equals(Buffer.from('a\u001b[2J\u009b\u00ff', 'latin1')),
    ),
  );
});

test('copyOut: nothing is unpacked where a guest could put symlinks meanwhile', async () => {
  symlinkSync(at('out'), at('shared'));
  guestSending('echo x > file');
  for (const shared of [at('out'), at('shared'), dir])
    await assert.rejects(copyTo(at('out/new'), [shared]), { message: /out is shared with a VM/ });
  await copyTo(at('out/new'), [at('out/new'), at('ou'), at('other')]);
  mkdirSync(at('out/..new'));
  await assert.rejects(copyTo(at('out/..new'), [at('out')]), { message: /is shared with a VM/ });
  assert.deepEqual(readdirSync(at('out')).toSorted(), ['..new', 'new']);
});

test('copyOut: of a copy that breaks off nothing is put in place of what was there', async () => {
  mkdirSync(at('out/data'));
  writeFileSync(at('out/data/log'), 'old');
  guestSending('head -c 100000 /dev/zero > log');
  guest(`case "$*" in *"echo folder"*) echo folder ;; *) head -c 50000 ${dir}/content-*.tar; exit 1 ;; esac`);
  await assert.rejects(copyTo(at('out')), { code: 'COPY_FAILED' });
  assert.equal(readFileSync(at('out/data/log'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(at('out')), ['data']);
});
