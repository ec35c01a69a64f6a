import { chown, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type DockerApi, DockerFailedError } from '../container-engine/docker-api.ts';
import { type Containers, containerName, EngineSandbox, type FoundContainer } from './engine-sandbox.ts';
import { dockerContainer } from './docker-container.ts';
import { sandboxFailed } from './errors.ts';
import { hostTree } from './host-tree.ts';
import type { Sandbox, SandboxSpec } from './sandbox.ts';

const emptyImage = { name: 'ignite/empty', tag: '1' };
/** An empty tar archive: two blocks of zeros (POSIX.1, "ustar Interchange Format"). */
const emptyTar = new Uint8Array(1_024);
const pollMs = 20;

export interface DockerOptions {
  readonly runDir: string;
  /** The program that writes console logs. */
  readonly consoleLog: string;
}

/** Runs containers of Docker on an empty image. Docker runs no exit command. */
export const dockerSandbox = (options: DockerOptions, docker: DockerApi): Sandbox =>
  new EngineSandbox(options.runDir, new DockerContainers(options, docker));

class DockerContainers implements Containers {
  readonly #options: DockerOptions;
  readonly #docker: DockerApi;

  constructor(options: DockerOptions, docker: DockerApi) {
    this.#options = options;
    this.#docker = docker;
  }

  async start(spec: SandboxSpec, _dir: string, signal: AbortSignal): Promise<number> {
    const name = containerName(spec.uid);
    await handOverLog(spec);
    const image = await this.#ensureImage(signal);
    const { consoleLog } = this.#options;
    const config = dockerContainer(spec, hostTree(), { image, consoleLog });
    try {
      await this.#docker.createContainer(name, config, signal);
      await this.#docker.startContainer(name, signal);
    } catch (failure) {
      throw failure instanceof DockerFailedError ? sandboxFailed(failure.message, failure) : failure;
    }
    return (await this.#docker.findContainer(name, signal))?.pid ?? 0;
  }

  async find(uid: string, signal: AbortSignal): Promise<FoundContainer> {
    const found = await this.#docker.findContainer(containerName(uid), signal);
    if (!found) return { state: 'absent' };
    switch (found.status) {
      case 'created':
        return { state: 'created' };
      case 'running':
      case 'paused':
      case 'restarting':
        return { state: 'running', pid: found.pid };
      default:
        return { state: 'exited', exitCode: found.exitCode, ...(found.outOfMemory && { outOfMemory: true }) };
    }
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    const name = containerName(uid);
    await this.#docker.removeContainer(name, signal);
    while (await this.#docker.findContainer(name, signal)) await delay(pollMs, undefined, { signal });
  }

  async #ensureImage(signal: AbortSignal): Promise<string> {
    const { name, tag } = emptyImage;
    if ((await this.#docker.imageArch(`${name}:${tag}`, signal)) === undefined)
      await this.#docker.importImage(name, tag, emptyTar, signal);
    return `${name}:${tag}`;
  }
}

/** Gives the log to the sandbox's user, because it is written from within the sandbox. */
async function handOverLog(spec: SandboxSpec): Promise<void> {
  const log = await open(spec.logPath, 'a', 0o640);
  await log.close();
  await chown(spec.logPath, spec.user, spec.user);
}
