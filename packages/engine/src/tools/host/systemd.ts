import { existsSync } from 'node:fs';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** Tells whether systemd is the init system (sd_booted(3)). */
export const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** Tells whether the host is shutting down. Nothing should be started then. */
export async function isHostStopping(runner: Runner, signal: AbortSignal): Promise<boolean> {
  return hasSystemd() && (await saysStopping(runner, signal));
}

export async function saysStopping(runner: Runner, signal: AbortSignal): Promise<boolean> {
  try {
    const { stdout } = await runner.run({ tool: 'systemctl', args: ['is-system-running'] }, signal);
    return stdout.trim() === 'stopping';
  } catch (failure) {
    // systemctl exits with 1 in every state except `running`.
    if (failure instanceof ToolFailedError) return failure.stdout.trim() === 'stopping';
    throw failure;
  }
}

/** Enables units from the next boot on. They are not started now. */
export async function enableUnits(
  names: readonly string[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await runner.run({ tool: 'systemctl', args: ['daemon-reload'] }, signal);
  await runner.run({ tool: 'systemctl', args: ['enable', ...names] }, signal);
}

export async function disableUnit(name: string, runner: Runner, signal: AbortSignal): Promise<void> {
  await runner.run({ tool: 'systemctl', args: ['disable', name] }, signal);
}
