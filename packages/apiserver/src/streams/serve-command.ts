import type { RunCommand, CommandRequest } from '../resource/connector.ts';
import type { Status } from '../response/status.ts';
import { acceptWebSocket } from './accept-web-socket.ts';
import type { CommandChannels } from './command-channels.ts';
import { exitStatus } from './exit-status.ts';
import { openSpdyChannels } from './spdy-channels.ts';
import { type Upgrade, isWebSocket } from './upgrade.ts';
import { WebSocketChannels, channelProtocols } from './web-socket-channels.ts';

export interface ServedCommand {
  readonly request: CommandRequest;
  readonly run: RunCommand;
  /** Returns what a client is told of a failure. */
  readonly statusOf: (failure: unknown) => Status;
  readonly signal: AbortSignal;
}

/**
 * Connects a client with a command and tells how that ended. It resolves when the connection is closed.
 * @throws ObjectError BAD_REQUEST if the client speaks no protocol that we do
 */
export async function serveCommand(upgrade: Upgrade, command: ServedCommand): Promise<void> {
  using channels = await openChannels(upgrade, command);
  const status = await endOf(command, channels);
  // A client that has gone before the end does not want to be told.
  await channels.finish(status).catch(() => {});
}

async function openChannels(upgrade: Upgrade, { request }: ServedCommand): Promise<CommandChannels> {
  if (!isWebSocket(upgrade.message)) return await openSpdyChannels(upgrade, request);
  return new WebSocketChannels(await acceptWebSocket(upgrade, channelProtocols), request);
}

async function endOf(
  { run, statusOf, signal }: ServedCommand,
  { streams, closed }: CommandChannels,
): Promise<Status> {
  try {
    return exitStatus(await run(streams, AbortSignal.any([signal, closed])));
  } catch (failure) {
    return statusOf(failure);
  }
}
