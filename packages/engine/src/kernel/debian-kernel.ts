import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { bytes } from '@ignite/toolkit/units/bytes';
import { fitsInMemory, memoryFacts, openScratch } from '../host/scratch.ts';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';
import { packageUnavailable } from './errors.ts';

/** The package that depends on Debian's newest kernel for virtual machines. */
export const kernelPackage = `linux-image-cloud-${process.arch === 'x64' ? 'amd64' : 'arm64'}`;

/** The package with what is in it, generously. */
const unpackedSize = bytes(400 * 2 ** 20);

/** Makes a kernel of Debian's cloud kernel package; nothing is installed on the host. The caller holds the kernel lock. */
export async function buildDebianKernel(
  deps: KernelDeps,
  op: Operation<ProgressEvent>,
): Promise<BuiltKernel> {
  await using scratch = await openScratch(
    deps.paths,
    'kernel',
    fitsInMemory(unpackedSize, await memoryFacts()),
  );
  op.report({ kind: 'step', message: `Fetching Debian's package ${kernelPackage}` });
  const image = await imagePackage(deps.runner, op.signal);
  await fetchPackage(image, scratch.path, deps.runner, op.signal);
  const [deb] = (await readdir(scratch.path)).filter((name) => name.endsWith('.deb'));
  op.report({ kind: 'step', message: `Making a kernel of ${image}` });
  const root = join(scratch.path, 'root');
  await deps.runner.run({ tool: 'dpkg-deb', args: ['--extract', join(scratch.path, deb!), root] }, op.signal);
  return await assembleKernel(root, image, deps, op.signal);
}

async function imagePackage(runner: Runner, signal: AbortSignal): Promise<string> {
  const named = await dependencyOf(kernelPackage, runner, signal);
  if (named !== undefined) return named;
  await runner.run({ tool: 'apt-get', args: ['update', '-q'] }, signal); // a new machine has no package lists yet
  const now = await dependencyOf(kernelPackage, runner, signal);
  if (now === undefined) throw packageUnavailable(kernelPackage, undefined);
  return now;
}

async function dependencyOf(name: string, runner: Runner, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await runner.run(
      { tool: 'apt-cache', args: ['depends', '--no-recommends', name] },
      signal,
    );
    return /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  } catch (failure) {
    if (failure instanceof ToolFailedError) return undefined;
    throw failure;
  }
}

async function fetchPackage(name: string, dir: string, runner: Runner, signal: AbortSignal): Promise<void> {
  try {
    await runner.run(
      { tool: 'apt-get', args: ['download', '-q', '-o', 'APT::Sandbox::User=root', name], cwd: dir },
      signal,
    );
  } catch (failure) {
    if (failure instanceof ToolFailedError) throw packageUnavailable(name, failure);
    throw failure;
  }
}
