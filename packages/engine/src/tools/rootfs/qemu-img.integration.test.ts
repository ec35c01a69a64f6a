import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { growOverlay } from './grow-overlay.ts';
import { createOverlay, diskInfo, shownBase } from './qemu-img.ts';

const signal = new AbortController().signal;

test('createOverlay: an empty disk of the size asked for, on a base that need not be there yet', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-disk-'));
  try {
    const request = { path: join(dir, 'root.qcow2'), backingPath: '/vm/base.ext4', size: bytes(3 * 2 ** 30) };
    await createOverlay(request, localRunner, signal);
    await createOverlay(request, localRunner, signal);
    const info = JSON.parse(
      execFileSync('qemu-img', ['info', '--output=json', request.path], { encoding: 'utf8' }),
    );
    assert.equal(info.format, 'qcow2');
    assert.equal(info['virtual-size'], request.size);
    assert.equal(info['backing-filename'], '/vm/base.ext4');
    assert.ok(info['actual-size'] < 2 ** 20);
    assert.equal(statSync(request.path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(dir), ['root.qcow2']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('growOverlay: a disk grows, keeps its base, and never shrinks', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-disk-'));
  try {
    const path = join(dir, 'root.qcow2');
    const request = { path, backingPath: '/vm/base.ext4', size: bytes(2 ** 30) };
    await createOverlay(request, localRunner, signal);
    for (const size of [bytes(3 * 2 ** 30), bytes(3 * 2 ** 30), bytes(2 ** 30)]) {
      await growOverlay(path, size, localRunner, signal);
      const info = JSON.parse(
        execFileSync('qemu-img', ['info', '--output=json', path], { encoding: 'utf8' }),
      );
      assert.equal(info['virtual-size'], 3 * 2 ** 30);
      assert.equal(info['backing-filename'], '/vm/base.ext4');
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('growOverlay: of a disk that has its data elsewhere neither is touched', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-disk-'));
  try {
    const [path, elsewhere] = [join(dir, 'root.qcow2'), join(dir, 'elsewhere')];
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', `data_file=${elsewhere}`, path, '1M']);
    await assert.rejects(growOverlay(path, bytes(2 ** 30), localRunner, signal), { code: 'DISK_FORGED' });
    assert.equal(statSync(elsewhere).size, 2 ** 20);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('diskInfo: a disk that is in parts is looked at, and finds none of a part that is of this host', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-disk-'));
  try {
    const info = (name: string) => diskInfo(join(dir, name), localRunner, signal);
    const flat = ['version=1', 'CID=fffffffe', 'parentCID=ffffffff', 'createType="monolithicFlat"'];
    const extent = 'RW 1 FLAT "/etc/passwd" 0';
    writeFileSync(
      join(dir, 'flat.vmdk'),
      ['# Disk DescriptorFile', ...flat, extent, 'ddb.virtualHWVersion = "4"', ''].join('\n'),
    );
    await assert.rejects(info('flat.vmdk'), /Could not open '\/etc\/passwd': No such file/);
    for (const subformat of ['monolithicSparse', 'streamOptimized']) {
      execFileSync('qemu-img', [
        ...['create', '-q', '-f', 'vmdk', '-o', `subformat=${subformat}`],
        ...[join(dir, `${subformat}.vmdk`), '1M'],
      ]);
      assert.deepEqual(await info(`${subformat}.vmdk`), { format: 'vmdk', size: 2 ** 20 });
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('diskInfo: a base does not hide that the data of a disk is in yet another file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-disk-'));
  try {
    const [path, elsewhere] = [join(dir, 'root.qcow2'), join(dir, 'elsewhere')];
    const base = ['-u', '-F', 'raw', '-b', shownBase];
    const create = (...options: readonly string[]): void =>
      void execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...base, ...options, path, '1M']);
    create();
    const facts = { format: 'qcow2', size: 2 ** 20 };
    assert.deepEqual(await diskInfo(path, localRunner, signal), {
      ...facts,
      refersTo: shownBase,
      base: shownBase,
    });
    create('-o', `data_file=${elsewhere}`);
    assert.deepEqual(await diskInfo(path, localRunner, signal), { ...facts, refersTo: elsewhere });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
