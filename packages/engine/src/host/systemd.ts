import { existsSync } from 'node:fs';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** See sd_booted(3). */
export const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** Whether the host is on its way down: then nothing is to be started any more. */
export async function isHostStopping(runner: Runner, signal: AbortSignal): Promise<boolean> {
  return hasSystemd() && (await saysStopping(runner, signal));
}

export async function saysStopping(runner: Runner, signal: AbortSignal): Promise<boolean> {
  try {
    const { stdout } = await runner.run({ tool: 'systemctl', args: ['is-system-running'] }, signal);
    return stdout.trim() === 'stopping';
  } catch (failure) {
    // It exits with 1 in every state but one.
    if (failure instanceof ToolFailedError) return failure.stdout.trim() === 'stopping';
    throw failure;
  }
}

/** From the next boot on: it is not started now. */
export async function enableUnit(name: string, runner: Runner, signal: AbortSignal): Promise<void> {
  await runner.run({ tool: 'systemctl', args: ['daemon-reload'] }, signal);
  await runner.run({ tool: 'systemctl', args: ['enable', name] }, signal);
}

export async function disableUnit(name: string, runner: Runner, signal: AbortSignal): Promise<void> {
  await runner.run({ tool: 'systemctl', args: ['disable', name] }, signal);
}
