import { acceptSocket } from '@ignite/toolkit/line/accept-socket';
import type { WebSocket } from 'ws';
import { type Upgrade, closeWhenIdle, refuseUpgrade, spokenProtocol } from './upgrade.ts';

const longestMessage = 4 * 2 ** 20;

/**
 * Goes on with WebSocket, and in it the first of some protocols that the client speaks too, which are named in the
 * order in which we prefer them.
 * @throws ObjectError BAD_REQUEST
 */
export async function acceptWebSocket(
  { message, socket, head, takeOver }: Upgrade,
  protocols: readonly string[],
): Promise<WebSocket> {
  const protocol = spokenProtocol(message.headers['sec-websocket-protocol'], protocols);
  const options = { protocol, largestMessage: longestMessage };
  const opened = await acceptSocket({ message, socket, head }, options).catch(refuseUpgrade);
  closeWhenIdle(socket);
  takeOver();
  return opened;
}
