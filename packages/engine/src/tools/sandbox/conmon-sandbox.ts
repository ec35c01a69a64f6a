import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { endProcess, processState } from '@ignite/toolkit/process/pid';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { bundleConfig, cgroupPath } from './bundle.ts';
import { sandboxFailed } from './errors.ts';
import { handOverMounts } from './hand-over-mounts.ts';
import { hostTree } from './host-tree.ts';
import { findOciRuntime } from './oci-runtime.ts';
import {
  makeMonitorCgroup,
  outsideMonitorCgroup,
  ranOutOfMemory,
  removeMonitorCgroup,
} from './sandbox-cgroups.ts';
import { logLimitBytes, type Sandbox, type SandboxObservation, type SandboxSpec } from './sandbox.ts';

/**
 * The time limit for a runtime that hangs. A runtime that ends is noticed by its messages, or by the end of
 * its monitor.
 */
const createTimeoutMs = 5 * 60_000;
const pollMs = 10;

/** Runs OCI bundles with runc or crun. A conmon, which outlives this process, supervises each of them. */
export class ConmonSandbox implements Sandbox {
  readonly #runDir: string;
  readonly #runner: Runner;
  readonly #ociRuntime: () => Promise<string>;

  constructor(runDir: string, runner: Runner, ociRuntime = findOciRuntime) {
    this.#runDir = runDir;
    this.#runner = runner;
    this.#ociRuntime = ociRuntime;
  }

  async launch(spec: SandboxSpec, signal: AbortSignal): Promise<{ readonly pid: number }> {
    const at = this.#files(spec.uid);
    for (const dir of [at.rootfs, at.exitDir, at.monitorDir])
      await mkdir(dir, { recursive: true, mode: 0o755 });
    await handOverMounts(spec);
    const config =
      spec.rootfs === undefined
        ? bundleConfig(spec, hostTree())
        : bundleConfig(spec, { readOnly: [] }, spec.rootfs);
    await writeFile(join(at.bundle, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    const runtime = await this.#ociRuntime();
    const exitCommand = await outsideMonitorCgroup(spec.exitCommand);
    await this.#runner.run(
      // conmon may write a file "oom" to its working directory. Its exit command inherits that directory,
      // also when the VM's own folder is gone.
      { tool: 'conmon', args: conmonArgs(spec, at, runtime, exitCommand), cwd: this.#runDir },
      signal,
    );
    const pid = await this.#created(at, signal);
    await this.#confineMonitor(spec.uid, at);
    try {
      await this.#runner.run({ tool: runtime, args: [`--root=${at.state}`, 'start', at.id] }, signal);
    } catch (failure) {
      throw failure instanceof ToolFailedError ? sandboxFailed(failure.message, failure) : failure;
    }
    // The runtime's process becomes the program shortly after "start" has returned.
    while ((await this.observe(spec.uid)).state === 'partial') await delay(pollMs, undefined, { signal });
    return { pid };
  }

  async observe(uid: string): Promise<SandboxObservation> {
    const at = this.#files(uid);
    if (!existsSync(at.bundle)) return { state: 'absent' };
    const exitCode = await readNumber(at.exitFile);
    if (exitCode !== undefined)
      return { state: 'exited', exitCode, ...((await ranOutOfMemory(uid)) && { outOfMemory: true }) };
    const pid = await readNumber(at.pidFile);
    if (pid === undefined) return { state: 'partial' };
    const command = await readText(`/proc/${pid}/cmdline`);
    if (isRuntime(command)) return { state: 'partial' };
    const monitorPid = await readNumber(at.monitorPidFile);
    const running = { state: 'running', pid, ...(monitorPid !== undefined && { monitorPid }) } as const;
    // A process has no command line while it executes another program, nor while the kernel tears it down.
    if (command === '') {
      const process = processState(pid);
      if (!process) return { state: 'exited' };
      return process.isEnding ? running : { state: 'partial' };
    }
    // The pid may be that of another program by now.
    if (!(await readText(`/proc/${pid}/cgroup`)).includes(cgroupPath(uid))) return { state: 'exited' };
    return running;
  }

  async kill(uid: string, signal: AbortSignal): Promise<void> {
    const found = await this.observe(uid);
    if (found.state === 'running') await endProcess(found.pid, signal);
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    await this.kill(uid, signal);
    const at = this.#files(uid);
    if (existsSync(join(at.state, at.id))) {
      await this.#runner.run(
        { tool: await this.#ociRuntime(), args: [`--root=${at.state}`, 'delete', '--force', at.id] },
        signal,
      );
    }
    // conmon is not waited for, because this process may be its exit command, for which it waits.
    await removeMonitorCgroup(uid, signal);
    await rm(at.dir, { recursive: true, force: true, maxRetries: 10 }); // conmon may still write to it
  }

  /** Confines the monitor before the program starts, so that no output is read without a limit. */
  async #confineMonitor(uid: string, at: SandboxFiles): Promise<void> {
    const [procs, pid] = [await makeMonitorCgroup(uid), await readNumber(at.monitorPidFile)];
    if (procs !== undefined && pid !== undefined && processState(pid) !== undefined)
      await writeFile(procs, String(pid));
  }

  async #created(at: SandboxFiles, signal: AbortSignal): Promise<number> {
    const deadline = AbortSignal.timeout(createTimeoutMs);
    while (!deadline.aborted) {
      const monitorPid = await readNumber(at.monitorPidFile);
      const isWatched = monitorPid !== undefined && processState(monitorPid) !== undefined;
      const pid = await readNumber(at.pidFile);
      if (pid !== undefined && existsSync(join(at.state, at.id, 'state.json'))) return pid;
      const said = await runtimeError(at.runtimeLog);
      if (said !== undefined) throw sandboxFailed(said);
      if (!isWatched) throw sandboxFailed('conmon ended before its runtime was ready');
      await delay(pollMs, undefined, { signal });
    }
    throw sandboxFailed(`it was not ready within ${createTimeoutMs / 1_000} s`);
  }

  #files(uid: string): SandboxFiles {
    const dir = join(this.#runDir, 'vms', uid);
    const id = `ignite-${uid}`;
    const bundle = join(dir, 'bundle');
    return {
      id,
      dir,
      bundle,
      rootfs: join(bundle, 'rootfs'),
      pidFile: join(dir, 'vmm.pid'),
      monitorPidFile: join(dir, 'conmon.pid'),
      runtimeLog: join(dir, 'runtime.log'),
      exitDir: join(dir, 'exit'),
      exitFile: join(dir, 'exit', id),
      monitorDir: join(dir, 'conmon'),
      state: join(this.#runDir, 'runtime'),
    };
  }
}

interface SandboxFiles {
  readonly id: string;
  readonly dir: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly pidFile: string;
  readonly monitorPidFile: string;
  readonly runtimeLog: string;
  readonly exitDir: string;
  readonly exitFile: string;
  readonly monitorDir: string;
  readonly state: string;
}

/** Pure. Returns the arguments of conmon(8). */
function conmonArgs(
  spec: SandboxSpec,
  at: SandboxFiles,
  runtime: string,
  [exitTool, ...exitArgs]: readonly string[],
): readonly string[] {
  return [
    ...['--api-version', '1', '--cid', at.id, '--cuuid', at.id, '--name', at.id],
    ...[
      '--runtime',
      runtime,
      '--runtime-arg',
      `--root=${at.state}`,
      '--runtime-arg',
      `--log=${at.runtimeLog}`,
      '--runtime-arg',
      '--log-format=json',
    ],
    ...['--bundle', at.bundle, '--container-pidfile', at.pidFile],
    ...['--conmon-pidfile', at.monitorPidFile],
    ...['--exit-dir', at.exitDir, '--persist-dir', at.monitorDir, '--socket-dir-path', at.monitorDir],
    ...[
      '--log-path',
      `k8s-file:${spec.logPath}`,
      '--log-size-max',
      String(logLimitBytes),
      '--log-level',
      'error',
    ],
    ...(exitTool === undefined ? [] : ['--exit-command', exitTool]),
    ...exitArgs.flatMap((arg) => ['--exit-command-arg', arg]),
  ];
}

async function readNumber(path: string): Promise<number | undefined> {
  const text = (await textOfFile(path))?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Tells whether a process is still the runtime's own, which is about to become the program. */
const isRuntime = (command: string): boolean =>
  /^(runc|\/proc\/self\/exe|crun|\/usr\/s?bin\/(runc|crun))/.test(command);

/**
 * Returns the text of a file in /proc. It is empty if the process is gone; zombies have no command line
 * either.
 */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

/** A log entry of runc and crun. */
const logEntrySchema = v.looseObject({ level: v.string(), msg: v.string() });

async function runtimeError(path: string): Promise<string | undefined> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    const entries = lines.map((line) => v.parse(logEntrySchema, JSON.parse(line)));
    return entries.find(({ level }) => level === 'error')?.msg;
  } catch {
    return undefined;
  }
}
