import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { apiSocketOf } from '../../context.ts';

export type DialStdioErrorCode = 'API_UNREACHABLE';

/** What `--host ssh://…` runs on the other host. */
export const dialStdio: Command = {
  name: 'system dial-stdio',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Connect standard input and output with the API of this host',
  examples: [],
  flags: {},
  run: async ({ flags, io, signal }) => {
    const path = apiSocketOf({ flags, io });
    const socket = connect(path);
    try {
      await once(socket, 'connect', { signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw unreachable(path, cause as NodeJS.ErrnoException);
    }
    await Promise.race([
      pipeline(socket, process.stdout, { signal }),
      pipeline(process.stdin, socket, { signal, end: true }).then(() => once(socket, 'close', { signal })),
    ]);
    socket.destroy();
    process.stdin.destroy();
    return 0;
  },
};

const unreachable = (path: string, cause: NodeJS.ErrnoException): CodedError =>
  cause.code === 'EACCES'
    ? new CodedError<DialStdioErrorCode>('API_UNREACHABLE', `you may not open ${path}`, {
        hint: 'log in as root: --host ssh://root@HOST',
        cause,
      })
    : new CodedError<DialStdioErrorCode>('API_UNREACHABLE', `nobody serves the API at ${path}`, {
        hint: 'start "ignite daemon --api" on that host',
        cause,
      });
