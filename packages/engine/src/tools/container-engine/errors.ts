import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type HostErrorCode = 'RUNTIME_UNREACHABLE' | 'DOCKER_HOST_INVALID';

/** The container engines that a host may have. */
export type ContainerEngine = 'containerd' | 'docker';

export const runtimeUnreachable = (
  engine: ContainerEngine,
  socket: string,
  cause?: unknown,
): CodedError<HostErrorCode> =>
  new CodedError('RUNTIME_UNREACHABLE', `${engine} does not answer at ${socket}`, {
    hint: `start it with "systemctl start ${engine}" and repeat; "ignite doctor" checks this host`,
    cause,
  });

/** The error of a container engine that accepts connections but does not answer. */
export const runtimeHangs = (
  engine: ContainerEngine,
  socket: string,
  limitMs: number,
  cause?: unknown,
): CodedError<HostErrorCode> =>
  new CodedError('RUNTIME_UNREACHABLE', `${engine} at ${socket} did not answer within ${limitMs / 1_000} s`, {
    hint: `see "journalctl -u ${engine}" for what it waits for, restart it and repeat`,
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
