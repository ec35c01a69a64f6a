import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { hostProcess } from './host-process.ts';
import { vmProcessesPath } from './paths.ts';
import { forgetVmProcesses, noteVmProcesses, readVmProcesses } from './vm-processes.ts';

const dir = mkdtempSync(join(tmpdir(), 'vm-processes-'));
after(() => rmSync(dir, { recursive: true }));
const paths = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') };
const vm = sampleVm();
const path = vmProcessesPath(paths, vm.metadata.uid);
const own = hostProcess(process.pid);
const other = { ...own, startTime: 1 };

test('noteVmProcesses: what is noted joins what was noted before, until all is forgotten', () => {
  assert.deepEqual(readVmProcesses(vm, paths), {});
  noteVmProcesses(vm, { starter: own }, paths);
  noteVmProcesses(vm, { vmm: own, monitor: other }, paths);
  assert.deepEqual(readVmProcesses(vm, paths), { starter: own, vmm: own, monitor: other });
  noteVmProcesses(vm, { vmm: other, monitor: undefined }, paths);
  assert.deepEqual(readVmProcesses(vm, paths), { starter: own, vmm: other });
  forgetVmProcesses(vm, paths);
  assert.deepEqual(readVmProcesses(vm, paths), {});
  assert.deepEqual(readdirSync(dirname(path)), []);
});

test('noteVmProcesses: everybody may read what was noted, and nobody may list or change it', () => {
  noteVmProcesses(vm, { vmm: own }, paths);
  assert.deepEqual(
    [dirname(path), path].map((each) => statSync(each).mode & 0o777),
    [0o711, 0o644],
  );
});

test('readVmProcesses: a damaged file says nothing', () => {
  for (const text of ['', '{', '[]', '{"vmm": {"pid": "1"}}']) {
    writeFileSync(path, text);
    assert.deepEqual(readVmProcesses(vm, paths), {}, text);
  }
});

test('readVmProcesses: without a file, the status of a VM tells that an older Ignite has written', () => {
  forgetVmProcesses(vm, paths);
  const old = { ...vm, status: { ...vm.status, vmm: own, starter: other } };
  assert.deepEqual(readVmProcesses(old, paths), { vmm: own, starter: other });
  noteVmProcesses(old, {}, paths);
  assert.deepEqual(readVmProcesses(vm, paths), { vmm: own, starter: other });
});
