import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import type { Paths } from '../../host/paths.ts';

const knownSchema = v.object({ program: v.string(), maps: v.boolean() });

/**
 * Tells whether a QEMU can map a file that it may only read as the memory of a guest, which QEMU 8.2 and later can. It is asked once, and again
 * when another program is in its place.
 */
export async function mapsMemory(
  tool: string,
  { paths, runner }: { readonly paths: Pick<Paths, 'runDir'>; readonly runner: Runner },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await stat(tool, { bigint: true }).catch(() => undefined);
  if (!found) return false;
  const program = `${tool} ${found.ino} ${found.size} ${found.mtimeNs}`;
  const path = join(paths.runDir, 'qemu-maps-memory.json');
  const known = await readKnown(path);
  if (known?.program === program) return known.maps;
  const maps = /^ +rom=/m.test(await optionsOf(tool, runner, signal));
  await replaceFile(path, JSON.stringify({ program, maps }), 0o600);
  return maps;
}

async function readKnown(path: string): Promise<v.InferOutput<typeof knownSchema> | undefined> {
  try {
    return v.parse(knownSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined; // it is missing, or of another version of Ignite
  }
}

async function optionsOf(tool: string, runner: Runner, signal: AbortSignal): Promise<string> {
  try {
    return (await runner.run({ tool, args: ['-object', 'memory-backend-file,help'] }, signal)).stdout;
  } catch (failure) {
    if (failure instanceof ToolFailedError) return '';
    throw failure;
  }
}
