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
    hint: `start it with "systemctl start ${daemon}" and repeat; "ignite doctor" checks this host`,
    cause,
  });

/** The error of a daemon that accepts connections but does not answer. */
export const runtimeHangs = (
  daemon: HostDaemon,
  socket: string,
  limitMs: number,
  cause?: unknown,
): CodedError<HostErrorCode> =>
  new CodedError('RUNTIME_UNREACHABLE', `${daemon} at ${socket} did not answer within ${limitMs / 1_000} s`, {
    hint: `see "journalctl -u ${daemon}" for what it waits for, restart it and repeat`,
    cause,
  });

export const dockerHostInvalid = (host: string): CodedError<HostErrorCode> =>
  new CodedError(
    'DOCKER_HOST_INVALID',
    `$DOCKER_HOST is ${JSON.stringify(host)}, which is not on this host`,
    {
      hint: 'VMs run on the host that has their files: unset it, or use unix:///path/to/docker.sock',
    },
  );
