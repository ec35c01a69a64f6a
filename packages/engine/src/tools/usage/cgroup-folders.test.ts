import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupFolders } from './cgroup-folders.ts';

const v1Mounts = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;

test('cgroupFolders: v1, with controllers that share a hierarchy, beside an empty v2', () => {
  const cgroup = '8:pids:/ignite/ab\n7:blkio:/ignite/ab\n4:memory:/other\n2:cpu,cpuacct:/ignite/ab\n0::/u\n';
  assert.deepEqual(cgroupFolders(cgroup, v1Mounts), {
    pids: '/sys/fs/cgroup/pids/ignite/ab',
    blkio: '/sys/fs/cgroup/blkio/ignite/ab',
    memory: '/sys/fs/cgroup/memory/other',
    cpu: '/sys/fs/cgroup/cpu,cpuacct/ignite/ab',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct/ignite/ab',
    unified: '/sys/fs/cgroup/unified/u',
  });
});

test('cgroupFolders: v2 alone', () => {
  const mounts = '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n';
  assert.deepEqual(cgroupFolders('0::/ignite/ab\n', mounts), { unified: '/sys/fs/cgroup/ignite/ab' });
});

test('cgroupFolders: a mount that shows a part of its hierarchy', () => {
  const mounts = '30 23 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
  assert.deepEqual(cgroupFolders('0::/box/ignite/ab\n', mounts), { unified: '/sys/fs/cgroup/ignite/ab' });
  assert.deepEqual(cgroupFolders('0::/box\n', mounts), { unified: '/sys/fs/cgroup' });
  assert.deepEqual(cgroupFolders('0::/boxes/ab\n', mounts), {});
});

test('cgroupFolders: what is not mounted is not there', () => {
  assert.deepEqual(cgroupFolders('4:memory:/ignite/ab\n0::/ignite/ab\n', ''), {});
});
