import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hostArch } from '../host/arch.ts';
import { assembleKernel } from './assemble-kernel.ts';

const signal = new AbortController().signal;
/** The bytes begin both like an arm64 Image and like an x86 bzImage; nothing else of them is checked here. */
const image = Buffer.alloc(1_024);
image.write('HdrS', 0x202, 'latin1');
if (hostArch === 'arm64') image.write('ARM\x64', 56, 'latin1');

/** Assembles a kernel from a tree with the given links and files, in which depmod lists `module`. */
async function assemble(links: Readonly<Record<string, string>>, files: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-kernel-'));
  const root = join(dir, 'root');
  const at = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  try {
    for (const path of files) writeFileSync(at(path), path.startsWith('boot/') ? image : '');
    for (const [path, target] of Object.entries(links)) symlinkSync(target, at(path));
    const runner = {
      run: async () => {
        writeFileSync(at('lib/modules/6.1/modules.dep'), 'kernel/virtio_blk.ko:\n');
        return { stdout: '', stderr: '' };
      },
    };
    const paths = { dataDir: join(dir, 'data'), runDir: join(dir, 'run') };
    const deps = { runner, paths, accel: async () => ({ kind: 'kvm' }) as const };
    await assembleKernel({ root, source: 'stranger', arch: hostArch }, deps, { signal, report: () => {} });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const modules = ['lib/modules/6.1/kernel/virtio_blk.ko'];

const refused = (lack: RegExp) => ({ code: 'KERNEL_INVALID', message: lack });

test('assembleKernel: no link of a tree leads to a file of this host', async () => {
  await assert.rejects(
    assemble({ 'boot/vmlinux': '/etc/passwd' }, ['lib/modules/6.1/kernel/x.ko']),
    refused(/\/boot\/vmlinux is not a file/),
  );
  await assert.rejects(
    assemble({ 'lib/modules/6.1': '/usr' }, ['boot/vmlinux']),
    refused(/\/lib\/modules\/6\.1 is outside of it/),
  );
  await assert.rejects(
    assemble({ 'lib/modules/6.1/kernel/virtio_blk.ko': '/etc/passwd' }, ['boot/vmlinux']),
    refused(/virtio_blk\.ko is outside of it/),
  );
  await assert.rejects(
    assemble({ 'boot/config-6.1': '/etc/shadow' }, ['boot/vmlinux', ...modules]),
    refused(/\/boot\/config-6\.1 is outside of it/),
  );
});

test('assembleKernel: nothing is written through a link of a tree', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'ignite-outside-'));
  try {
    const links = { 'lib/modules/6.1/config': join(outside, 'written') };
    // This tree is no whole kernel, so that it fails once the configuration has had its turn.
    await assert.rejects(assemble(links, ['boot/vmlinux', 'boot/config-6.1', ...modules]));
    assert.deepEqual(readdirSync(outside), []);
  } finally {
    rmSync(outside, { recursive: true });
  }
});
