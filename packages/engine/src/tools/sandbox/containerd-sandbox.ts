import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import type { Ctr } from '../container-engine/ctr.ts';
import { bundleConfig } from './bundle.ts';
import { type Containers, containerName, EngineSandbox, type FoundContainer } from './engine-sandbox.ts';
import { sandboxFailed } from './errors.ts';
import { hostTree } from './host-tree.ts';
import {
  makeMonitorCgroup,
  outsideMonitorCgroup,
  ranOutOfMemory,
  removeMonitorCgroup,
} from './sandbox-cgroups.ts';
import { logLimitBytes, type Sandbox, type SandboxSpec } from './sandbox.ts';

/** The namespace of containerd that only Ignite uses. */
const namespace = 'ignite';

export interface ContainerdOptions {
  readonly runDir: string;
  /** The program that writes console logs. */
  readonly consoleLog: string;
  /** The environment of this process. Exit commands get the part of it that they need. */
  readonly env: NodeJS.ProcessEnv;
}

/** Runs containers of containerd with the same config as conmon's. containerd's runc shim supervises them. */
export const containerdSandbox = (options: ContainerdOptions, ctr: Ctr): Sandbox =>
  new EngineSandbox(options.runDir, new ContainerdContainers(options, ctr));

class ContainerdContainers implements Containers {
  readonly #options: ContainerdOptions;
  readonly #ctr: Ctr;

  constructor(options: ContainerdOptions, ctr: Ctr) {
    this.#options = options;
    this.#ctr = ctr;
  }

  async start(spec: SandboxSpec, dir: string, signal: AbortSignal): Promise<number> {
    const id = containerName(spec.uid);
    const at = (name: string): string => join(dir, name);
    const container = {
      id,
      configPath: at('config.json'),
      pidFile: at('pid'),
      logUri: loggerUri(this.#options.consoleLog, at('logger')),
    };
    // containerd could not remove the root that it creates itself, because of the mount points that runc
    // creates in it.
    await mkdir(at('rootfs'), { recursive: true, mode: 0o755 });
    const config = bundleConfig(spec, hostTree(), at('rootfs'));
    await writeFile(container.configPath, JSON.stringify(config), { mode: 0o600 });
    const words = await this.#loggerWords(spec, container.pidFile);
    await writeFile(at('logger'), words.map((word) => `${word}\0`).join(''), { mode: 0o600 });
    try {
      await this.#ctr.run(namespace, container, signal);
    } catch (failure) {
      throw failure instanceof ToolFailedError ? sandboxFailed(failure.message, failure) : failure;
    }
    return (await this.#ctr.task(namespace, id, signal))?.pid ?? 0;
  }

  async find(uid: string, signal: AbortSignal): Promise<FoundContainer> {
    const task = await this.#ctr.task(namespace, containerName(uid), signal);
    switch (task?.status) {
      case 'running':
        return { state: 'running', pid: task.pid };
      case 'stopped':
        return {
          state: 'exited',
          exitCode: task.exitCode,
          ...((await ranOutOfMemory(uid)) && { outOfMemory: true }),
        };
      case 'created':
      case 'unknown':
        return { state: 'created' };
      case undefined:
        return (await this.#ctr.hasContainer(namespace, containerName(uid), signal))
          ? { state: 'created' }
          : { state: 'absent' };
    }
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    await this.#ctr.removeContainer(namespace, containerName(uid), signal);
    await removeMonitorCgroup(uid, signal);
  }

  /**
   * Returns the arguments of console-log: the log, its size limit and, in an explicit environment, the
   * command to run afterwards.
   */
  async #loggerWords(
    { uid, logPath, exitCommand }: SandboxSpec,
    pidFile: string,
  ): Promise<readonly string[]> {
    const procs = (await makeMonitorCgroup(uid)) ?? '/dev/null';
    const kept = Object.entries(this.#options.env).filter(([name]) =>
      /^(PATH|HOME|(IGNITE|CNI|CONTAINERD|DOCKER)_.*)$/.test(name),
    );
    const environ = ['/usr/bin/env', '-i', ...kept.map(([name, value]) => `${name}=${value}`)];
    return [
      ...['follow', logPath, String(logLimitBytes), pidFile, procs],
      ...(await outsideMonitorCgroup(exitCommand.length === 0 ? [] : [...environ, ...exitCommand])),
    ];
  }
}

/**
 * Pure. Returns the URI of a logger. containerd passes it one argument, because the order of several query
 * parameters is undefined.
 */
const loggerUri = (program: string, file: string): string =>
  `binary:///usr/bin/perl?${encodeURIComponent(program)}=${encodeURIComponent(file)}`;
