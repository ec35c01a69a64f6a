import { CodedError } from '../errors/coded-error.ts';
import type { Command } from './runner.ts';

/** Explains why a tool could not be started, or was ended. */
export const toolFailure = ({ tool }: Command, failure: NodeJS.ErrnoException): Error =>
  failure.code === 'ENOENT'
    ? new CodedError('TOOL_MISSING', `the program "${tool}" is not installed`, {
        hint: 'run "ignite doctor" to see what is missing and how to install it',
        cause: failure,
      })
    : failure;
