import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { hostArch } from '../host/arch.ts';
import { bzImage } from './bz-image.sample.ts';
import { quickKernel } from './quick-kernel.ts';
import { unpackKernel } from './unpack-kernel.ts';
import { unpackedKernel } from './unpacked-kernel.ts';
import { elfNote, vmlinux } from './vmlinux.sample.ts';

const root = mkdtempSync(join(tmpdir(), 'kernel-'));
after(() => rmSync(root, { recursive: true }));
const signal = AbortSignal.timeout(600_000);
const startable = Buffer.concat([vmlinux([elfNote('Xen\0', 18, '12345678')]), Buffer.alloc(200_000, 'code')]);

/** Returns the image that Linux makes of a kernel with a tool. */
function packedBy(tool: string, args: readonly string[], kernel: Buffer): Buffer {
  const payload = execFileSync(tool, [...args, '-c'], { input: kernel, maxBuffer: 2 ** 30 });
  return bzImage(tool === 'gzip' ? payload : Buffer.concat([payload, Buffer.alloc(4)]));
}

const unpack = (image: Buffer): Promise<Buffer> => unpackKernel(image, root, localRunner, signal);

test('unpackKernel: it knows all that Linux packs kernels with, and leaves nothing', async () => {
  for (const [tool, ...args] of [
    ['gzip'],
    ['bzip2'],
    ['xz', '--check=crc32', '--x86', '--lzma2=dict=32MiB'],
    ['xz', '--format=lzma'],
    ['zstd', '-22', '--ultra'],
    ['lz4', '-l', '-9'],
  ] as const)
    assert.deepEqual(await unpack(packedBy(tool, args, startable)), startable, [tool, ...args].join(' '));
  assert.deepEqual(readdirSync(root), []);
});

test('unpackKernel: what is broken, has no end or is no kernel is refused, and leaves nothing', async () => {
  const packed = packedBy('gzip', [], startable);
  const zeros = gzipSync(Buffer.alloc(8 * 2 ** 20));
  const endless = bzImage(Buffer.concat(Array.from({ length: 1_000 }, () => zeros)));
  for (const [image, why] of [
    [bzImage(packed.subarray(1_040, 1_200)), /unexpected end of file/],
    [endless, /its unpacked size has no end/],
    [packedBy('gzip', [], Buffer.from('hello')), /its content is not a kernel/],
    [packedBy('gzip', [], packed), /its content is not a kernel/],
    [bzImage(Buffer.from('nonsense')), /unknown way/],
    [Buffer.from('hello'), /its content is not a kernel/],
  ] as const)
    await assert.rejects(unpack(image), { code: 'KERNEL_PACKED', message: why });
  assert.deepEqual(readdirSync(root), []);
});

test('unpackedKernel: it is made once, for everyone to read, of a kernel that is packed', async () => {
  const folder = (kernel: Buffer): string => {
    const dir = mkdtempSync(join(root, 'folder-'));
    writeFileSync(join(dir, 'kernel'), kernel);
    return dir;
  };
  const deps = { paths: { dataDir: join(root, 'data'), runDir: join(root, 'run') }, runner: localRunner };
  const dir = folder(packedBy('gzip', [], startable));
  const path = await unpackedKernel(dir, deps, signal);
  assert.deepEqual(readFileSync(path), startable);
  const { ino, mode } = statSync(path);
  assert.equal(mode & 0o777, 0o644);
  assert.equal(statSync(await unpackedKernel(dir, deps, signal)).ino, ino);
  assert.deepEqual(readdirSync(dir).toSorted(), ['kernel', 'kernel.unpacked']);
  assert.equal(basename(await unpackedKernel(folder(startable), deps, signal)), 'kernel');
});

test('quickKernel: an emulated amd64 CPU is spared the unpacking, if the kernel can be started without', async () => {
  const warnings: string[] = [];
  const quick = (image: Buffer, kind: 'kvm' | 'tcg', arch: 'amd64' | 'arm64' = 'amd64'): Promise<Buffer> =>
    quickKernel(
      image,
      { arch, dir: root },
      { accel: async () => ({ kind }), runner: localRunner },
      { signal, report: (event) => void (event.kind === 'warning' && warnings.push(event.message)) },
    );
  const packed = packedBy('gzip', [], startable);
  const other = packedBy('gzip', [], vmlinux([elfNote('GNU\0', 18, '12345678')]));
  const crafted = packedBy('gzip', [], vmlinux([elfNote('Xen\0', 18, '').subarray(0, 10)]));
  assert.deepEqual(await quick(packed, 'tcg'), startable);
  assert.deepEqual(await quick(packed, 'kvm', hostArch), packed);
  assert.deepEqual(await quick(packed, 'tcg', 'arm64'), packed);
  assert.deepEqual(await quick(other, 'tcg'), other);
  assert.deepEqual(await quick(crafted, 'tcg'), crafted);
  assert.deepEqual(warnings, []);
  const unknown = bzImage(Buffer.from('nonsense'));
  assert.deepEqual(await quick(unknown, 'tcg'), unknown);
  assert.deepEqual(warnings, [
    'the kernel stays packed, so that emulated VMs boot more slowly: its payload is compressed in an unknown way',
  ]);
});
