import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Runner } from '@ignite/toolkit/process/runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { findProgram } from '../host/find-program.ts';
import { runShutIn } from '../sandbox/run-shut-in.ts';
import { kernelPacked } from './errors.ts';
import { kernelImageArch } from './kernel-image.ts';
import { type PackedKernel, packedKernel } from './packed-kernel.ts';

/** The limit of the unpacked size, far above that of any kernel. */
const sizeLimit = 256 * 2 ** 20;
/** The limits of the program that unpacks: xz and zstd remember up to 128 MB of what they have unpacked. */
const limits = { memoryLimit: bytes(256 * 2 ** 20), cpuLimit: 1, seconds: 600 } as const;

/**
 * Returns what an image is without its compression: an ELF vmlinux for amd64, an Image for arm64. The image may be a stranger's, so the program
 * that unpacks it is shut in. It uses `dir` as `runShutIn` does.
 * @throws CodedError KERNEL_PACKED
 */
export async function unpackKernel(
  image: Buffer,
  dir: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    const packed = packedKernel(image);
    const content = packed ? await unpack(packed, dir, runner, signal) : image;
    if (packedKernel(content) ?? kernelImageArch(content) === undefined)
      throw new RangeError('its content is not a kernel');
    return content;
  } catch (failure) {
    signal.throwIfAborted();
    throw kernelPacked(errorText(failure), failure);
  }
}

async function unpack(
  { unpacker, content }: PackedKernel,
  dir: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<Buffer> {
  const program = await findProgram(unpacker);
  if (program === undefined) throw new RangeError(`the program "${unpacker}" is not installed`);
  const parts: Buffer[] = [];
  let size = 0;
  const endless = new AbortController();
  const onStdout = (part: Buffer): void => {
    size += part.length;
    if (size > sizeLimit) endless.abort(new RangeError('its unpacked size has no end'));
    else parts.push(part);
  };
  const run = { argv: [program, '-dc'] as const, dir, mounts: [], devices: [], stdin: content, onStdout };
  await runShutIn({ ...run, ...limits }, runner, AbortSignal.any([signal, endless.signal]));
  return Buffer.concat(parts);
}
