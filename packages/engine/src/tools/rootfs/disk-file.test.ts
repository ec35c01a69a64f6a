import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDiskFile } from './disk-file.ts';

test('parseDiskFile: paths that end as disks do, packed or not, and what is named as one', () => {
  assert.deepEqual(parseDiskFile('./debian-12-genericcloud-amd64.qcow2'), {
    path: './debian-12-genericcloud-amd64.qcow2',
    name: 'debian-12-genericcloud-amd64:latest',
  });
  assert.deepEqual(parseDiskFile('/srv/My Disk.raw.xz'), {
    path: '/srv/My Disk.raw.xz',
    name: 'my-disk:latest',
    packer: 'xz',
  });
  assert.deepEqual(parseDiskFile('disk:jammy.img'), { path: 'jammy.img', name: 'jammy:latest' });
});

test('parseDiskFile: names of images are none, whatever they end in', () => {
  for (const text of ['debian:12', 'registry/x.img', 'x.qcow2', 'oci-archive:./x.tar', './x.tar', ''])
    assert.equal(parseDiskFile(text), undefined, text);
});
