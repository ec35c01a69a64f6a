import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { ProgressEvent } from '@ignite/api/client/client';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { type BuiltKernel, type KernelDeps, assembleKernel } from './assemble-kernel.ts';
import { packageUnavailable } from './errors.ts';

/** The package that depends on Debian's newest kernel for virtual machines. */
export const kernelPackage = `linux-image-cloud-${process.arch === 'x64' ? 'amd64' : 'arm64'}`;

/** Makes a kernel of Debian's cloud kernel package; nothing is installed on the host. */
export async function buildDebianKernel(
  deps: KernelDeps,
  op: Operation<ProgressEvent>,
): Promise<BuiltKernel> {
  const dir = await mkdtemp(join(tmpdir(), 'ignite-kernel-'));
  try {
    op.report({ kind: 'step', message: `Fetching Debian's package ${kernelPackage}` });
    const image = await imagePackage(deps.runner, op.signal);
    await fetchPackage(image, dir, deps.runner, op.signal);
    const [deb] = (await readdir(dir)).filter((name) => name.endsWith('.deb'));
    op.report({ kind: 'step', message: `Making a kernel of ${image}` });
    const root = join(dir, 'root');
    await deps.runner.run({ tool: 'dpkg-deb', args: ['--extract', join(dir, deb!), root] }, op.signal);
    return await assembleKernel(root, image, deps, op.signal);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
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
