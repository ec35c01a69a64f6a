import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import type { ApiRequest, ApiResponse } from '../request/exchange.ts';
import type { ResourceRequest } from '../request/request-info.ts';
import type { Connector, Target } from '../resource/connector.ts';
import type { Status } from '../response/status.ts';
import { commandRequest } from '../streams/command-query.ts';
import { logQuery } from '../streams/log-query.ts';
import { sendLog } from '../streams/send-log.ts';
import { serveCommand } from '../streams/serve-command.ts';
import { servePorts } from '../streams/serve-ports.ts';
import { type Upgrade, checkOrigin } from '../streams/upgrade.ts';

/** A request for a connection with what an object runs. */
export interface ConnectionRequest {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly message: ApiRequest;
  readonly response: ApiResponse;
  readonly upgrade: Upgrade | undefined;
  /** Returns what a client is told of a failure. */
  readonly statusOf: (failure: unknown) => Status;
  readonly signal: AbortSignal;
}

/**
 * Pure. Returns what someone must be allowed to do who makes a request for a connection: whoever writes into what
 * runs creates something, whatever the method is.
 * @throws ObjectError METHOD_NOT_ALLOWED
 */
export function connectionInfo(info: ResourceRequest, { kind }: Connector): ResourceRequest {
  if (info.verb === 'get') return kind === 'log' ? info : { ...info, verb: 'create' };
  if (info.verb === 'create' && kind !== 'log') return info;
  throw new ObjectError(
    'METHOD_NOT_ALLOWED',
    `the part "${info.subresource}" of an object is connected to, and no value`,
  );
}

/** Connects a client with what an object runs, until one of the two ends or `signal` aborts. */
export async function connect(connector: Connector, request: ConnectionRequest): Promise<void> {
  const { target, query, message, response, upgrade, statusOf, signal } = request;
  if (connector.kind === 'log') {
    const { request: wanted, limitBytes } = logQuery(query, Date.now());
    const output = await connector.open(target, wanted, signal);
    return await sendLog(response, output, { limitBytes, signal });
  }
  if (!upgrade) throw badRequest('Upgrade request required');
  checkOrigin(message);
  if (connector.kind === 'command') {
    const wanted = commandRequest(query);
    const run = await connector.open(target, wanted, signal);
    return await serveCommand(upgrade, { request: wanted, run, statusOf, signal });
  }
  const dial = await connector.open(target, signal);
  await servePorts(upgrade, { dial, query, statusOf, signal });
}
