import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import type { SshTarget } from '@ignite/api/client/vm-client';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { type PipelineOptions, runPipeline } from '@ignite/toolkit/process/pipeline';
import { type Command, ToolFailedError } from '@ignite/toolkit/process/runner';
import { type GuestFile, copyLines, parseProbe } from './copy-script.ts';
import { copyFailed } from './errors.ts';
import { packFolder, unpackForeign } from './tar.ts';

export interface GuestCopy {
  readonly target: SshTarget;
  readonly vmPath: string;
  readonly follow: boolean;
}

type CopyOperation = Operation<ProgressEvent>;

/** Of what stands at a path, in one line. */
const longestAnswer = 1_024;

/** Of a file that comes out of a VM, so that it never runs as its owner or group. */
const permissions = 0o777;

export async function copyIn(hostPath: string, copy: GuestCopy, op: CopyOperation): Promise<void> {
  const found = await stat(hostPath).catch((failure: unknown) => {
    throw copyFailed(`${hostPath} cannot be read`, failure);
  });
  const name = basename(resolve(hostPath));
  if (found.isDirectory()) {
    const receive = overSsh(copy, copyLines.receiveFolder(copy.vmPath, name));
    return await transfer([packFolder(hostPath, copy.follow), receive], {}, name, op);
  }
  if (!found.isFile()) throw copyFailed(`${hostPath} is neither a file nor a folder`);
  const file = {
    name,
    mode: found.mode,
    owner: found,
    modified: Math.floor(found.mtimeMs / 1_000),
  };
  const input = createReadStream(hostPath);
  await transfer([overSsh(copy, copyLines.receiveFile(copy.vmPath, file))], { input }, name, op);
}

export async function copyOut(hostPath: string, copy: GuestCopy, op: CopyOperation): Promise<void> {
  const found = await probeGuest(copy, op);
  if (found.kind === 'absent') throw copyFailed(`there is no ${copy.vmPath} in the VM`);
  const name = basename(resolve('/', copy.vmPath)); // of /srv/.. there is none
  const path = await hostTarget(hostPath, name, found.kind);
  if (found.kind === 'folder') {
    await mkdir(path, { recursive: true });
    const send = overSsh(copy, copyLines.sendFolder(copy.vmPath, copy.follow));
    return await transfer([send, unpackForeign(path)], {}, name, op);
  }
  const draft = `${path}.copying-${process.pid}`;
  try {
    const output = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
    const send = overSsh(copy, copyLines.sendFile(copy.vmPath));
    await transfer([send], { output, endsOutput: true }, name, op);
    await chmod(draft, found.mode & permissions);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

export async function unpackIn(input: Readable, copy: GuestCopy, op: CopyOperation): Promise<void> {
  await transfer([overSsh(copy, copyLines.unpack(copy.vmPath))], { input }, copy.vmPath, op);
}

export async function packOut(output: Writable, copy: GuestCopy, op: CopyOperation): Promise<void> {
  await transfer([overSsh(copy, copyLines.pack(copy.vmPath, copy.follow))], { output }, copy.vmPath, op);
}

async function probeGuest(copy: GuestCopy, { signal }: CopyOperation): Promise<GuestFile> {
  let said = '';
  const output = new Writable({
    write: (part: Buffer, _encoding, done) => {
      said += part.toString();
      done(said.length > longestAnswer ? copyFailed('the VM gives no answer that ends') : null);
    },
  });
  try {
    await runPipeline([overSsh(copy, copyLines.probe(copy.vmPath))], { output }, signal);
  } catch (failure) {
    throw asCopyFailure(failure);
  }
  return parseProbe(said);
}

/** As in the VM: into a folder that exists, else to that very path. */
async function hostTarget(path: string, name: string, kind: 'file' | 'folder'): Promise<string> {
  const isFolder = await isDirectory(path);
  const mergesWith = kind === 'folder' && basename(resolve(path)) === name;
  const target = isFolder && !mergesWith ? join(path, name) : resolve(path);
  const taken = await isDirectory(target);
  if (!(await isDirectory(dirname(target)))) throw copyFailed(`there is no folder ${dirname(target)}`);
  if (taken && kind === 'file') throw copyFailed(`${target} is a folder: it is not overwritten by a file`);
  if (taken === false && kind === 'folder')
    throw copyFailed(`${target} is not a folder: it is not overwritten by one`);
  return target;
}

/** Undefined where there is nothing. */
async function isDirectory(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}

const overSsh = ({ target }: GuestCopy, line: string): Command => ({
  tool: 'ssh',
  args: [...target.args, '-T', `${target.user}@${target.address}`, line],
});

async function transfer(
  commands: readonly Command[],
  options: PipelineOptions,
  what: string,
  { signal, report }: CopyOperation,
): Promise<void> {
  let done = 0;
  const onBytes = (count: number): void => {
    done += count;
    report({ kind: 'transfer', what, done });
  };
  try {
    await runPipeline(commands, { ...options, onBytes }, signal);
  } catch (failure) {
    throw asCopyFailure(failure);
  }
}

/** It says nothing: what tar could not do stands before it. */
const isTarsFarewell = (line: string): boolean => line.startsWith('tar: Exiting with failure status');

function asCopyFailure(failure: unknown): unknown {
  if (!(failure instanceof ToolFailedError)) return failure;
  const said = failure.stderr.trim().split('\n');
  return copyFailed(said.findLast((line) => !isTarsFarewell(line)) || failure.message, failure);
}
