import { chown, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { newUid } from '@ignite/toolkit/object/uid';
import { type CommandResult, type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { bundleConfig } from './bundle.ts';
import { handOverMounts } from './hand-over-mounts.ts';
import { hostTree } from './host-tree.ts';
import { findOciRuntime } from './oci-runtime.ts';
import type { SandboxSpec } from './sandbox.ts';

const clearTimeoutMs = 30_000;

/** One run of a tool of this host, on what a stranger has written. */
export interface ShutInRun extends Pick<
  SandboxSpec,
  'mounts' | 'devices' | 'memoryLimit' | 'cpuLimit' | 'fileSizeLimit'
> {
  /** The program's path on this host first; all others are as the sandbox has them. */
  readonly argv: readonly [string, ...(readonly string[])];
  /** A folder of the caller's, who holds a lock that allows one run in it at a time. */
  readonly dir: string;
  /** After which it is killed. */
  readonly seconds: number;
}

/** It outlives us with the tool, whose parent it is. */
const timeout = '/usr/bin/timeout';

const shown = (path: string) => ({ source: path, target: path, writable: false });

/** Users of tools, none of which is a VM's: those begin at 0x70000000, and are of 24 bits too. */
const toolUser = (uid: string): number => 0x71000000 + Number.parseInt(uid.slice(0, 6), 16);

/**
 * Runs a tool to its end in a sandbox like that of a VMM, without a network: it sees the host's libraries and what is mounted for
 * it, as a user that is nobody else at the time. What it has written belongs to root afterwards. When we are
 * killed it goes on to its end.
 * @throws ToolFailedError
 */
export async function runShutIn(run: ShutInRun, runner: Runner, signal: AbortSignal): Promise<CommandResult> {
  const { argv, dir, seconds } = run;
  const [program, ...args] = argv;
  const uid = newUid();
  const spec: SandboxSpec = {
    ...run,
    argv: [timeout, '--signal=KILL', String(seconds), ...argv],
    mounts: [...[timeout, program].map(shown), ...run.mounts],
    uid: `tool-${uid}`,
    runtime: 'conmon',
    environ: {},
    user: toolUser(uid),
    logPath: '/dev/null',
    exitCommand: [],
  };
  await using bundle = await openWorkspace(dir, 'shut-in-');
  await mkdir(join(bundle.path, 'rootfs'), { mode: 0o755 });
  await handOverMounts(spec);
  await writeFile(join(bundle.path, 'config.json'), JSON.stringify(bundleConfig(spec, hostTree())));
  const runtime = await findOciRuntime();
  const ofRuntime = (...words: readonly string[]) => ({
    tool: runtime,
    args: [`--root=${join(bundle.path, 'runtime')}`, ...words],
    // It takes the sandbox away at its end, which nobody else would.
    outlivesUs: true,
  });
  try {
    return await runner.run(ofRuntime('run', '--bundle', bundle.path, spec.uid), signal);
  } catch (failure) {
    await runner.run(ofRuntime('delete', '--force', spec.uid), AbortSignal.timeout(clearTimeoutMs));
    if (!(failure instanceof ToolFailedError)) throw failure;
    throw new ToolFailedError({ tool: basename(program), args }, failure.exitCode, failure);
  } finally {
    for (const { source, writable, isSecret } of spec.mounts)
      if (writable || isSecret) await chown(source, 0, 0);
  }
}
