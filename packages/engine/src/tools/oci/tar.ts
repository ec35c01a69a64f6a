import type { Writable } from 'node:stream';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** Writes a folder's content as a tar archive. The same content gives the same archive. */
export async function writeTar(folder: string, output: Writable, signal: AbortSignal): Promise<void> {
  const args = ['--create', '--sort=name', '--numeric-owner', '--file=-', `--directory=${folder}`, '.'];
  await runPipeline([{ tool: 'tar', args }], { output }, signal);
}

/**
 * Returns the text of one file in an archive, which may be packed, or `undefined` if it is not there or is longer than `most`
 * bytes.
 */
export async function readTarMember(
  archive: string,
  member: string,
  runner: Runner,
  signal: AbortSignal,
  most = Infinity,
): Promise<string | undefined> {
  for (const name of [member, `./${member}`]) {
    const parts: Buffer[] = [];
    let length = 0;
    const enough = new AbortController();
    const onStdout = (part: Buffer): void => {
      length += part.length;
      if (length > most) enough.abort();
      else parts.push(part);
    };
    try {
      const args = ['--extract', '--force-local', '--to-stdout', `--file=${archive}`, '--', name];
      await runner.run({ tool: 'tar', args, onStdout }, AbortSignal.any([signal, enough.signal]));
      return Buffer.concat(parts).toString();
    } catch (failure) {
      signal.throwIfAborted();
      if (enough.signal.aborted) return undefined;
      if (!(failure instanceof ToolFailedError)) throw failure;
    }
  }
  return undefined;
}

/**
 * Unpacks an archive into a folder. Nothing is written outside the folder, and the current user owns
 * everything.
 */
export async function unpackTar(
  archive: string,
  folder: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    '--extract',
    '--force-local',
    '--no-same-owner',
    `--file=${archive}`,
    `--directory=${folder}`,
  ];
  await runner.run({ tool: 'tar', args }, signal);
}
