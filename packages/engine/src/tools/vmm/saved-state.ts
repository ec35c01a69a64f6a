import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { StreamMeter, pieceSize } from '@ignite/toolkit/files/stream-meter';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { stateDamaged } from './errors.ts';
import { hasSavedState } from './has-saved-state.ts';

/**
 * What must be the same where a state is loaded as where it was saved, in words for people. The names are fixed: a
 * state of which one is unknown, or missing, does not fit.
 */
export type StateTraits = Readonly<Record<string, string>>;

const stream = {
  traits: v.record(v.string(), v.string()),
  size: v.number(),
  sha256: v.string(),
} as const;
const noteSchema = v.variant('format', [
  v.object({ format: v.literal(1), ...stream }),
  /** The memory is in a file beside the stream, and nobody has written to it since. */
  v.object({
    format: v.literal(2),
    ...stream,
    memory: v.object({ size: v.number(), modified: v.string() }),
  }),
]);

/** What is noted beside a saved state. */
export interface StateNote {
  readonly traits: StateTraits;
  readonly size: number;
  readonly sha256: string;
  /** The file that is the memory of the machine, if the state does not contain it. */
  readonly memory?: MemoryStamp;
}

/** A memory that is not part of the state. */
interface KeptMemory {
  readonly size: Bytes;
  /** Creates its file. */
  readonly copy: (path: string) => Promise<void>;
}

/** By which a file of memory is known. It is mapped and never read whole, so a digest would tell too late. */
interface MemoryStamp {
  readonly size: number;
  /** The time of the last change, in nanoseconds. */
  readonly modified: string;
}

/**
 * Saves a state in a folder, which appears once the state is complete and on the disk. `write` writes the state and
 * ends its target. A state of more than `limit` bytes is refused, and so is a memory
 * of another size, to which the VMM may have brought its file.
 */
export async function writeSavedState(
  dir: string,
  { traits, limit }: { readonly traits: StateTraits; readonly limit: Bytes },
  write: (target: Writable) => Promise<void>,
  kept?: KeptMemory,
): Promise<StateNote> {
  const draft = draftOf(dir);
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { mode: 0o700 });
    await chmod(draft, 0o700);
    const meter = new StreamMeter(limit, tooLarge);
    const file = createWriteStream(machineIn(draft), { flags: 'wx', mode: 0o600, flush: true });
    await Promise.all([write(meter), pipeline(meter, file)]);
    const memory = kept && (await keepMemory(draft, kept));
    const note = { traits, size: meter.size, sha256: meter.digest(), ...(memory && { memory }) };
    await replaceFile(noteIn(draft), `${JSON.stringify({ format: memory ? 2 : 1, ...note })}\n`, 0o600);
    await rename(draft, dir);
    await syncFolder(dirname(dir));
    return note;
  } catch (failure) {
    await rm(draft, { recursive: true, force: true });
    throw failure;
  }
}

/** Creates the file of the memory, which all may read that reach it, and nobody may write to. */
async function keepMemory(dir: string, { size, copy }: KeptMemory): Promise<MemoryStamp> {
  const path = memoryIn(dir);
  await copy(path);
  const { size: copied } = await stat(path);
  if (copied !== size) throw stateDamaged(`its memory has ${copied} bytes instead of ${size}`);
  await chmod(path, 0o444);
  return await stampOf(path);
}

async function stampOf(path: string): Promise<MemoryStamp> {
  const { size, mtimeNs } = await stat(path, { bigint: true });
  return { size: Number(size), modified: String(mtimeNs) };
}

/**
 * Returns the path of the memory of a saved state that does not contain it.
 * @throws CodedError STATE_DAMAGED
 */
export async function savedMemory(dir: string, { memory }: StateNote): Promise<string | undefined> {
  if (!memory) return undefined;
  const path = memoryIn(dir);
  const found = await stampOf(path).catch((failure: unknown) => {
    throw stateDamaged('its memory cannot be read', failure);
  });
  if (!isDeepStrictEqual(found, memory)) throw stateDamaged('its memory is not what was saved');
  return path;
}

/** Returns the files of a saved state beside its note: the stream, and the memory if the stream does not contain it. */
export const savedStateFiles = (
  dir: string,
  { memory }: StateNote,
): { readonly machine: string; readonly memory?: string } => ({
  machine: machineIn(dir),
  ...(memory && { memory: memoryIn(dir) }),
});

/** Gives a machine the state that another one was saved with. Both use the same files, which never change. */
export async function shareSavedState(from: string, dir: string): Promise<void> {
  const draft = draftOf(dir);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await link(machineIn(from), machineIn(draft));
  await link(noteIn(from), noteIn(draft));
  if (existsSync(memoryIn(from))) await link(memoryIn(from), memoryIn(draft));
  await rename(draft, dir);
  await syncFolder(dirname(dir));
}

/** @throws CodedError STATE_DAMAGED */
export async function readStateNote(dir: string): Promise<StateNote> {
  try {
    const { format: _format, ...note } = v.parse(noteSchema, JSON.parse(await readFile(noteIn(dir), 'utf8')));
    return note;
  } catch (failure) {
    throw stateDamaged('its note cannot be read', failure);
  }
}

/**
 * Passes the saved state in a folder to `load`. Whether it is the state that was saved is known at its end only, so
 * the machine must not run before this resolves.
 * @throws CodedError STATE_DAMAGED
 */
export async function loadSavedState(
  dir: string,
  { size, sha256 }: StateNote,
  load: (source: Readable) => Promise<void>,
): Promise<void> {
  const meter = new StreamMeter(size, tooLarge);
  const file = createReadStream(machineIn(dir), { highWaterMark: pieceSize });
  file.once('error', (failure) => meter.destroy(failure));
  try {
    await load(file.pipe(meter));
  } catch (failure) {
    // A state that is not the one that was saved is the reason for whatever else went wrong.
    if (!hasCode(failure, 'STATE_DAMAGED') && !(await isWhole(dir, { size, sha256 })))
      throw notAsSaved(failure);
    throw failure;
  } finally {
    file.destroy();
  }
  if (meter.size !== size || meter.digest() !== sha256) throw notAsSaved();
}

const tooLarge = (limit: number) => stateDamaged(`it is larger than ${limit} bytes`);
const notAsSaved = (cause?: unknown) => stateDamaged('it is not what was saved', cause);

async function isWhole(dir: string, { size, sha256 }: Pick<StateNote, 'size' | 'sha256'>): Promise<boolean> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const piece of createReadStream(machineIn(dir), { highWaterMark: pieceSize })) {
      hash.update(piece as Buffer);
      read += (piece as Buffer).length;
    }
  } catch {
    return false;
  }
  return read === size && hash.digest('hex') === sha256;
}

/**
 * Removes a saved state, durably, so that no power cut brings it back after the machine has gone on, and what writers
 * that were killed have left. No writer may be at work.
 */
export async function discardSavedState(dir: string): Promise<void> {
  const [draft, old] = [draftOf(dir), `${draftOf(dir)}.old`];
  await rm(draft, { recursive: true, force: true });
  if (hasSavedState(dir)) {
    await rm(old, { recursive: true, force: true });
    await rename(dir, old);
  }
  if (!existsSync(old)) return;
  await syncFolder(dirname(dir));
  await rm(old, { recursive: true, force: true });
}

const draftOf = (dir: string): string => join(dirname(dir), `.${basename(dir)}.draft`);
const machineIn = (dir: string): string => join(dir, 'machine');
const memoryIn = (dir: string): string => join(dir, 'memory');
const noteIn = (dir: string): string => join(dir, 'note.json');

async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir);
  await folder.sync();
}
