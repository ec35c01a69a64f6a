import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostProgram } from '@ignite/api/host-pod/host-pod';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import * as v from 'valibot';
import type { Sandbox, SandboxSpec } from '../tools/sandbox/sandbox.ts';
import type { LaunchNote } from './plan-program.ts';
import type { ProgramFiles } from './pod-files.ts';
import type { ProgramRoot } from './program-root.ts';
import type { ProgramSandbox } from './program-sandbox.ts';
import { type SecretFolder, writeSecrets } from './program-secrets.ts';

/** The time that a program has to end by itself before it is killed. */
const endMs = 10_000;
const pollMs = 50;

/** The network of a pod as its programs need it. */
export interface PodNetwork {
  readonly netnsPath: string;
  readonly address: string;
  readonly dns: readonly string[];
  /** Where the host reaches the programs, if they are behind a router. */
  readonly reachedAt?: string;
}

/** All that a program is started with. */
export interface ReadyProgram {
  readonly program: HostProgram;
  readonly root: ProgramRoot;
  readonly secrets: readonly SecretFolder[];
  readonly network: PodNetwork;
}

/** Pure. Returns what tells a start of a program from another one that would differ. */
export function fingerprintOf({ program, root, secrets, network }: ReadyProgram): string {
  const { probe: _probe, ...started } = program;
  const { reachedAt: _reachedAt, ...seen } = network;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([started, root.digest, seen]));
  for (const { path, entries } of secrets)
    for (const [name, content] of entries)
      hash.update(JSON.stringify([path, name, createHash('sha256').update(content).digest('hex')]));
  return hash.digest('hex');
}

/** Starts a program. What is left of an earlier start is cleared away. */
export async function launchProgram(
  ready: ReadyProgram,
  note: LaunchNote,
  { files, identity, sandbox }: ProgramPlace,
  signal: AbortSignal,
): Promise<void> {
  await endProgram(identity.uid, sandbox, signal);
  for (const dir of [files.runDir, files.volumes]) await mkdir(dir, { recursive: true, mode: 0o700 });
  // A start that is cut short is seen as such, and counts as the one that was noted.
  await replaceFile(files.launchNote, JSON.stringify(note), 0o600);
  const { program, network } = ready;
  const folders = await writeSecrets(ready.secrets, files.secrets, identity.user);
  await writeFile(files.hosts, `127.0.0.1 localhost\n${network.address} ${program.name}\n`, { mode: 0o644 });
  await writeFile(files.resolvConf, network.dns.map((server) => `nameserver ${server}\n`).join(''), {
    mode: 0o644,
  });
  for (const { name } of program.volumes)
    await mkdir(join(files.volumes, name), { recursive: true, mode: 0o700 });
  await sandbox.launch(sandboxSpec(ready, folders, files, identity), signal);
}

/** A program's place on this host. */
export interface ProgramPlace {
  readonly files: ProgramFiles;
  readonly identity: ProgramSandbox;
  readonly sandbox: Sandbox;
}

/** Pure. Returns the sandbox of a program: its image, what it keeps, its Secrets, and the network of the pod. */
export function sandboxSpec(
  { program, root, secrets, network }: ReadyProgram,
  folders: readonly string[],
  files: ProgramFiles,
  identity: ProgramSandbox,
): SandboxSpec {
  const readOnly = (source: string, target: string) => ({ source, target, writable: false });
  return {
    uid: identity.uid,
    runtime: 'conmon',
    argv: program.command,
    environ: {},
    user: identity.user,
    netnsPath: network.netnsPath,
    usesIp: true,
    rootfs: root.path,
    mounts: [
      readOnly(files.hosts, '/etc/hosts'),
      readOnly(files.resolvConf, '/etc/resolv.conf'),
      ...program.volumes.map(({ name, path }) => ({
        source: join(files.volumes, name),
        target: path,
        writable: true,
      })),
      ...secrets.map(({ path }, at) => ({ ...readOnly(folders[at]!, path), isSecret: true })),
    ],
    devices: [],
    memoryLimit: program.memory,
    cpuLimit: program.cpus,
    logPath: files.log,
    exitCommand: [],
  };
}

/** Ends a program, which is given the time to do so by itself, and removes its sandbox. */
export async function endProgram(uid: string, sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  const found = await sandbox.observe(uid);
  if (found.state === 'absent') return;
  if (found.state === 'running') {
    try {
      process.kill(found.pid, 'SIGTERM');
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
    }
    for (let waited = 0; waited < endMs; waited += pollMs) {
      if ((await sandbox.observe(uid)).state !== 'running') break;
      await delay(pollMs, undefined, { signal });
    }
  }
  await sandbox.remove(uid, signal);
}

const noteSchema = v.strictObject({
  fingerprint: v.string(),
  startMs: v.number(),
  endMs: v.exactOptional(v.number()),
  restarts: v.number(),
  quickEnds: v.number(),
});

/** Returns the note of a program's last start. One that a power cut has damaged counts as none. */
export async function readLaunchNote({ launchNote }: ProgramFiles): Promise<LaunchNote | undefined> {
  try {
    return v.parse(noteSchema, JSON.parse(await readFile(launchNote, 'utf8')));
  } catch {
    return undefined;
  }
}
