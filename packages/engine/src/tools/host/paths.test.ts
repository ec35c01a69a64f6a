import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmFiles, vmProcessesPath, vmRunFiles } from './paths.ts';

const paths = { dataDir: '/data', runDir: '/run' };
const pathsOf = [vmFiles, vmRunFiles, vmProcessesPath];

test('the files of a VM: a uid that would lead elsewhere has none', () => {
  for (const uid of ['', '.', '..', '../../..', 'a/b', '/etc', '.hidden', 'a\0', 'a\n', 'a'.repeat(200)])
    for (const pathOf of pathsOf) assert.throws(() => pathOf(paths, uid), /is not a uid/);
});

test('the files of a VM: each has its folder, and so has a program that shares a folder with it', () => {
  const uids = ['0123456789abcdef', '7c9e6679-7425-40de-944b-e07fc1f90ae7', '0123456789abcdef-My_data.v1'];
  for (const uid of uids) assert.equal(vmFiles(paths, uid).dir, `/data/vms/${uid}`);
});
