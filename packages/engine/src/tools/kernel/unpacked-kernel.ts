import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { kernelPacked } from './errors.ts';
import { kernelImageArch } from './kernel-image.ts';
import { type PackedKernel, packedKernel } from './packed-kernel.ts';

/** The limit of the unpacked size, far above that of any kernel. */
const sizeLimit = 512 * 2 ** 20;

/**
 * Returns the kernel of a folder in the form for a VMM that unpacks nothing: an ELF vmlinux for amd64, an
 * Image for arm64. It is made once, beside the kernel.
 * @throws CodedError KERNEL_PACKED
 */
export async function unpackedKernel(kernelDir: string, signal: AbortSignal): Promise<string> {
  const path = join(kernelDir, 'kernel.unpacked');
  if (existsSync(path)) return path;
  const image = await readFile(join(kernelDir, 'kernel'));
  try {
    const packed = packedKernel(image);
    const content = packed ? await unpack(packed, signal) : image;
    if (packedKernel(content) ?? kernelImageArch(content) === undefined)
      throw new RangeError('its content is not a kernel');
    await replaceFile(path, content, 0o644);
    return path;
  } catch (failure) {
    signal.throwIfAborted();
    throw kernelPacked(errorText(failure), failure);
  }
}

async function unpack({ unpacker, content }: PackedKernel, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  const output = new Writable({
    write(part: Buffer, _encoding, done) {
      size += part.length;
      if (size > sizeLimit) return done(new RangeError('its unpacked size has no end'));
      parts.push(part);
      done();
    },
  });
  const input = Readable.from([content]);
  await runPipeline([{ tool: unpacker, args: ['-dc'] }], { input, output }, signal);
  return Buffer.concat(parts);
}
