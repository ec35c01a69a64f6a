import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type HostErrorCode = 'RUNTIME_UNREACHABLE' | 'DOCKER_HOST_INVALID';

/** The container daemons that a host may have. */
export type HostDaemon = 'containerd' | 'docker';

export const runtimeUnreachable = (
  daemon: HostDaemon,
  socket: string,
  cause?: unknown,
): CodedError<HostErrorCode> =>
  new CodedError('RUNTIME_UNREACHABLE', `${daemon} does not answer at ${socket}`, {
    hint: `start it with "systemctl start ${daemon}" and repeat; "ignite doctor" says what this host has`,
    cause,
  });

/** The error of a daemon that accepts connections but does not answer. */
export const runtimeHangs = (
  daemon: HostDaemon,
  socket: string,
  limitMs: number,
  cause?: unknown,
): CodedError<HostErrorCode> =>
  new CodedError('RUNTIME_UNREACHABLE', `${daemon} at ${socket} gave no answer within ${limitMs / 1_000} s`, {
    hint: `see "journalctl -u ${daemon}" for what it waits for, restart it and repeat`,
    cause,
  });

export const dockerHostInvalid = (host: string): CodedError<HostErrorCode> =>
  new CodedError(
    'DOCKER_HOST_INVALID',
    `$DOCKER_HOST is ${JSON.stringify(host)}, which is not of this host`,
    {
      hint: 'a VM runs where its files are: unset it, or write unix:///path/of/docker.sock',
    },
  );
