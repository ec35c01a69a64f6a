import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { foreignArch, hostArch } from '../host/arch.ts';
import { openPackageArchive } from './apt.ts';

const dir = mkdtempSync(join(tmpdir(), 'apt-'));
after(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const foreign = foreignArch(hostArch);
const foreignArchs = (): string =>
  execFileSync('dpkg', ['--print-foreign-architectures'], { encoding: 'utf8' });

test('openPackageArchive: packages of another architecture come without dpkg of this host hearing of it', async () => {
  const before = foreignArchs();
  const archive = openPackageArchive(foreign, dir, localRunner);
  const name = await archive.dependency(`linux-image-cloud-${foreign}`, 'linux-image-', signal);
  assert.match(name, new RegExp(`^linux-image-\\d.*-cloud-${foreign}$`));
  const root = join(dir, 'root');
  await archive.unpack('busybox-static', root, signal);
  assert.ok(existsSync(join(root, 'bin/busybox')) || existsSync(join(root, 'usr/bin/busybox')));
  assert.equal(foreignArchs(), before);
});

test('openPackageArchive: a package that no source has is said to be missing by name', async () => {
  const archive = openPackageArchive(hostArch, dir, localRunner);
  await assert.rejects(archive.unpack('no-such-package-at-all', join(dir, 'none'), signal), {
    code: 'KERNEL_PACKAGE_UNAVAILABLE',
    message: /"no-such-package-at-all"/,
  });
  assert.ok(!existsSync(join(dir, 'none')));
});
