import type { Runner } from '@ignite/toolkit/process/runner';
import { netnsName } from './netns.ts';

/** Runs lines of `ip -batch` in a VM's network namespace, in one process. */
export async function linkBatch(
  uid: string,
  lines: readonly string[],
  { runner, signal }: { readonly runner: Runner; readonly signal: AbortSignal },
): Promise<void> {
  if (lines.length === 0) return;
  const stdin = `${lines.join('\n')}\n`;
  await runner.run({ tool: 'ip', args: ['-netns', netnsName(uid), '-batch', '-'], stdin }, signal);
}
