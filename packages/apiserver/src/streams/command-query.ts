import { badRequest } from '@ignite/toolkit/client/object-error';
import type { CommandRequest } from '../resource/connector.ts';
import { isSet } from './query-flags.ts';

/**
 * Pure. Reads which program is to run with which streams. A terminal joins output and errors.
 * @throws ObjectError BAD_REQUEST
 */
export function commandRequest(query: URLSearchParams): CommandRequest {
  const container = query.get('container') ?? '';
  const [stdin, stdout, tty] = [isSet(query, 'stdin'), isSet(query, 'stdout'), isSet(query, 'tty')];
  const stderr = isSet(query, 'stderr') && !tty;
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  return {
    ...(container !== '' && { container }),
    command: query.getAll('command'),
    ...{ stdin, stdout, stderr, tty },
  };
}
