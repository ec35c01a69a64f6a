import type { Writable } from 'node:stream';
import { runPipeline } from '@ignite/toolkit/process/pipeline';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** Writes a folder's content as a tar archive; the same content gives the same archive. */
export async function writeTar(folder: string, output: Writable, signal: AbortSignal): Promise<void> {
  const args = ['--create', '--sort=name', '--numeric-owner', '--file=-', `--directory=${folder}`, '.'];
  await runPipeline([{ tool: 'tar', args }], { output }, signal);
}

/** The text of one file of an archive, packed or not; undefined where it is not in it. */
export async function readTarMember(
  archive: string,
  member: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const name of [member, `./${member}`]) {
    try {
      const args = ['--extract', '--force-local', '--to-stdout', `--file=${archive}`, '--', name];
      return (await runner.run({ tool: 'tar', args }, signal)).stdout;
    } catch (failure) {
      if (!(failure instanceof ToolFailedError)) throw failure;
    }
  }
  return undefined;
}

/** Unpacks an archive into a folder; nothing of it is written outside, and all of it is ours. */
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
