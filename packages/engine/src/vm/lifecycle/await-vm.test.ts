import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Vm } from '@ignite/api/v1/vm';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { vmFiles } from '../../tools/host/paths.ts';
import type { VmPorts } from '../vm-ports.ts';
import { addressOf, untilReady } from './await-vm.ts';

const vmWith = (status: Partial<Vm['status']>): Vm =>
  ({ metadata: { name: 'web' }, status: { phase: 'Running', ...status } }) as Vm;

test('exec panic on a VM without addresses: an error says so, and nobody is connected to this very host', () => {
  assert.throws(() => addressOf(vmWith({})), { code: 'VM_NO_ADDRESS' });
  const network = { ipAddresses: [], mac: '', gateway: '' };
  assert.throws(() => addressOf(vmWith({ network })), { code: 'VM_NO_ADDRESS' });
});

test('addressOf: the first address', () => {
  const network = { ipAddresses: ['10.61.0.2', '10.61.0.3'], mac: '', gateway: '' };
  assert.equal(addressOf(vmWith({ network })), '10.61.0.2');
});

test('untilReady: a VM that is up and has told that its image holds no SSH server is not waited for to the end', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'await-vm-'));
  try {
    const network = { ipAddresses: ['127.0.0.222'], mac: '', gateway: '' };
    const vm = sampleVm({ status: { phase: 'Running', network } });
    const paths = { dataDir: dir, runDir: dir };
    const { exitStatus } = vmFiles(paths, vm.metadata.uid);
    await mkdir(dirname(exitStatus), { recursive: true });
    await writeFile(exitStatus, 'no-ssh-server\nready\n\0\0');
    // Nothing else of the host is used for a running VM.
    const host = { paths, sandbox: { observe: async () => ({ state: 'running' }) } } as unknown as VmPorts;
    const { signal } = new AbortController();
    await assert.rejects(untilReady(vm, { timeoutMs: 600_000, endsWithoutServer: true }, host, signal), {
      code: 'SSH_UNREACHABLE',
      message: /its image has no SSH server/,
    });
    await assert.rejects(untilReady(vm, { timeoutMs: 100 }, host, signal), { message: /within 0.1 s/ });
  } finally {
    await rm(dir, { recursive: true });
  }
});
