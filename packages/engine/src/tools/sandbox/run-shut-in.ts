import { chown, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import { newUid } from '@ignite/toolkit/object/uid';
import {
  type Command,
  type CommandResult,
  type Runner,
  ToolFailedError,
} from '@ignite/toolkit/process/runner';
import { bundleConfig } from './bundle.ts';
import { handOverMounts } from './hand-over-mounts.ts';
import { hostTree } from './host-tree.ts';
import { findOciRuntime } from './oci-runtime.ts';
import type { SandboxSpec } from './sandbox.ts';

const clearTimeoutMs = 30_000;

/** A run of a tool of this host on a stranger's file. */
export interface ShutInRun
  extends
    Pick<SandboxSpec, 'mounts' | 'devices' | 'memoryLimit' | 'cpuLimit' | 'fileSizeLimit'>,
    Pick<Command, 'stdin' | 'onStdout'> {
  /** The command line. The program's path is that of the host; all other paths are those of the sandbox. */
  readonly argv: readonly [string, ...(readonly string[])];
  /** A folder of the caller, whose lock allows only one run in it at a time. */
  readonly dir: string;
  /** The time in seconds after which the tool is killed. */
  readonly seconds: number;
}

/** timeout(1) outlives this process together with the tool, whose parent it is. */
const timeout = '/usr/bin/timeout';

const shown = (path: string) => ({ source: path, target: path, writable: false });

/** Returns the user of a tool. VMs have other users: theirs begin at 0x70000000 and also have 24 bits. */
const toolUser = (uid: string): number => 0x71000000 + Number.parseInt(uid.slice(0, 6), 16);

/**
 * Runs a tool to its end in a sandbox like that of a VMM, without a network. The tool sees the host's
 * libraries and its mounts, and runs as a user that nobody else has at the time. Its output then belongs to
 * root. If this process is killed, the tool runs to its end.
 * @throws ToolFailedError
 */
export async function runShutIn(run: ShutInRun, runner: Runner, signal: AbortSignal): Promise<CommandResult> {
  const { argv, dir, seconds, stdin, onStdout, ...shutIn } = run;
  const [program, ...args] = argv;
  const uid = newUid();
  const spec: SandboxSpec = {
    ...shutIn,
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
    // It removes the sandbox at its end, which nobody else would do.
    outlivesUs: true,
  });
  try {
    const command = ofRuntime('run', '--bundle', bundle.path, spec.uid);
    const streams = { ...(stdin !== undefined && { stdin }), ...(onStdout && { onStdout }) };
    return await runner.run({ ...command, ...streams }, signal);
  } catch (failure) {
    await runner.run(ofRuntime('delete', '--force', spec.uid), AbortSignal.timeout(clearTimeoutMs));
    if (!(failure instanceof ToolFailedError)) throw failure;
    throw new ToolFailedError({ tool: basename(program), args }, failure.exitCode, failure);
  } finally {
    for (const { source, writable, isSecret } of spec.mounts)
      if (writable || isSecret) await chown(source, 0, 0);
  }
}
