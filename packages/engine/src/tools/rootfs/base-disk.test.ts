import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resolveInside } from './base-disk.ts';

const root = mkdtempSync(join(tmpdir(), 'root-'));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'usr/lib/systemd'), { recursive: true });
mkdirSync(join(root, 'usr/sbin'), { recursive: true });
writeFileSync(join(root, 'usr/lib/systemd/systemd'), '');
symlinkSync('usr/lib', join(root, 'lib'));
symlinkSync('usr/sbin', join(root, 'sbin'));
symlinkSync('/lib/systemd/systemd', join(root, 'usr/sbin/init'));
symlinkSync('loop', join(root, 'loop'));
symlinkSync('../../../../../../etc/passwd', join(root, 'escape'));
symlinkSync('/etc/passwd', join(root, 'absolute'));

test('resolveInside: links are followed within the image, absolute ones too', () => {
  assert.equal(resolveInside(root, '/sbin/init'), '/usr/lib/systemd/systemd');
  assert.equal(resolveInside(root, '/lib/systemd/systemd'), '/usr/lib/systemd/systemd');
});

test('resolveInside: nothing leads out of the image', () => {
  assert.equal(resolveInside(root, '/escape'), undefined);
  assert.equal(resolveInside(root, '/absolute'), undefined);
  assert.equal(resolveInside(root, '/../../etc/passwd'), undefined);
});

test('resolveInside: what is not there, and what goes round in circles, is nothing', () => {
  assert.equal(resolveInside(root, '/usr/none'), undefined);
  assert.equal(resolveInside(root, '/loop'), undefined);
});
