import type { Runner } from '@ignite/toolkit/process/runner';
import { netnsName } from './netns.ts';

/** Runs lines of the `ip` tool inside a VM's network namespace, all in one process. */
export async function ipBatch(
  uid: string,
  lines: readonly string[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const stdin = `${lines.join('\n')}\n`;
  await runner.run({ tool: 'ip', args: ['-netns', netnsName(uid), '-batch', '-'], stdin }, signal);
}
