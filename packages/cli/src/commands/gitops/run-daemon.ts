import { setImmediate } from 'node:timers/promises';
import { allocatorEnvironment } from '@ignite/api/ignited/allocator-environment';
import { logLevelOf } from '../../arguments/log-level.ts';
import type { Flag, FlagValues, Invocation } from '../../arguments/command.ts';
import { pathsOf } from '../../context.ts';
import { daemonCommand } from '../../daemon-command.ts';
import { settingFlags } from './host-flags.ts';

/** Becomes the daemon, a program of its own: this process goes on as ignited, and never returns here. */
export async function runDaemon({ flags, io, signal }: Invocation): Promise<never> {
  await setImmediate(); // a signal that has come since our start is handled now, or it would be lost
  signal.throwIfAborted();
  const command = daemonCommand(pathsOf(flags, io.env));
  const config = flags.text('config');
  const options = [
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(flags.text('log-level') === undefined && !flags.isSet('quiet')
      ? []
      : [`--log-level=${logLevelOf(flags)}`]),
    ...Object.entries(settingFlags).flatMap(([name, { type }]) => given(name, type, flags)),
  ];
  const env = { ...withoutSockets(io.env), ...allocatorEnvironment };
  return process.execve!(process.execPath, [...command, ...options], env);
}

/** Returns the words that give the daemon a flag as it was given to us. */
function given(name: string, type: Flag['type'], flags: FlagValues): readonly string[] {
  if (type === 'list') return flags.list(name).map((value) => `--${name}=${value}`);
  if (type === 'boolean') {
    const isOn = flags.switch(name, false);
    return isOn === flags.switch(name, true) ? [`--${name}=${isOn}`] : [];
  }
  const value = flags.text(name);
  return value === undefined ? [] : [`--${name}=${value}`];
}

/** Sockets that systemd has passed to this process do not reach the next program: Node closes them. */
function withoutSockets({
  LISTEN_FDS: _fds,
  LISTEN_PID: _pid,
  ...env
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}
