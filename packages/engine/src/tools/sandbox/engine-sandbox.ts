import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import { endProcess, processStartTime } from '@ignite/toolkit/process/pid';
import * as v from 'valibot';
import { handOverMounts } from './hand-over-mounts.ts';
import type { Sandbox, SandboxObservation, SandboxSpec } from './sandbox.ts';

const neverAborted = new AbortController().signal;

export type FoundContainer =
  | { readonly state: 'absent' }
  | { readonly state: 'created' }
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'exited'; readonly exitCode?: number; readonly outOfMemory?: boolean };

/**
 * The functions of a container engine that a sandbox needs. Each sandbox is a container named `ignite-UID`.
 * @throws CodedError RUNTIME_UNREACHABLE
 */
export interface Containers {
  /**
   * Starts the program. Resolves with its pid once it has started, or with 0 if it has ended by then. `dir`
   * is the container's own folder.
   */
  start(spec: SandboxSpec, dir: string, signal: AbortSignal): Promise<number>;
  find(uid: string, signal: AbortSignal): Promise<FoundContainer>;
  /** Kills and removes a container. A container that does not exist is not an error. */
  remove(uid: string, signal: AbortSignal): Promise<void>;
}

export const containerName = (uid: string): string => `ignite-${uid}`;

const noteSchema = v.strictObject({ pid: v.number(), startTime: v.number() });

/**
 * Runs sandboxes as containers of a container engine. The program's process is recorded when it starts, so
 * that its state can be observed even when the engine is down. The engine is asked how the program ended, and
 * to remove what is left.
 */
export class EngineSandbox implements Sandbox {
  readonly #runDir: string;
  readonly #containers: Containers;

  constructor(runDir: string, containers: Containers) {
    this.#runDir = runDir;
    this.#containers = containers;
  }

  async launch(spec: SandboxSpec, signal: AbortSignal): Promise<{ readonly pid: number }> {
    const at = this.#files(spec.uid);
    await mkdir(at.container, { recursive: true, mode: 0o755 });
    await handOverMounts(spec);
    const pid = await this.#containers.start(spec, at.container, signal);
    const note = { pid, startTime: processStartTime(pid) ?? 0 };
    await replaceFile(at.note, JSON.stringify(note), 0o600);
    return { pid };
  }

  async observe(uid: string): Promise<SandboxObservation> {
    const at = this.#files(uid);
    const note = await readNote(at.note);
    if (note && isAlive(note)) return { state: 'running', pid: note.pid };
    const found = await this.#find(uid, note !== undefined);
    switch (found.state) {
      case 'absent':
        if (note) return { state: 'exited' };
        return { state: existsSync(at.container) ? 'partial' : 'absent' };
      case 'created':
        return { state: 'partial' };
      case 'running':
        // A container engine notices the end of a program a moment later.
        return processStartTime(found.pid) === undefined ? { state: 'exited' } : found;
      case 'exited':
        return found;
    }
  }

  async kill(uid: string, signal: AbortSignal): Promise<void> {
    const found = await this.observe(uid);
    if (found.state === 'running') await endProcess(found.pid, signal);
  }

  async remove(uid: string, signal: AbortSignal): Promise<void> {
    await this.kill(uid, signal);
    await this.#containers.remove(uid, signal);
    await rm(this.#files(uid).dir, { recursive: true, force: true });
  }

  async #find(uid: string, mayGuess: boolean): Promise<FoundContainer> {
    try {
      return await this.#containers.find(uid, neverAborted);
    } catch (failure) {
      if (mayGuess && hasCode(failure, 'RUNTIME_UNREACHABLE')) return { state: 'exited' };
      throw failure;
    }
  }

  #files(uid: string): { readonly dir: string; readonly container: string; readonly note: string } {
    const dir = join(this.#runDir, 'vms', uid);
    const container = join(dir, 'container');
    return { dir, container, note: join(container, 'process') };
  }
}

type Note = v.InferOutput<typeof noteSchema>;

const isAlive = ({ pid, startTime }: Note): boolean => startTime !== 0 && processStartTime(pid) === startTime;

async function readNote(path: string): Promise<Note | undefined> {
  const text = await textOfFile(path);
  return text === undefined ? undefined : v.parse(noteSchema, JSON.parse(text));
}
