import { badRequest } from '@ignite/toolkit/client/object-error';
import { acceptSocket } from '@ignite/toolkit/line/accept-socket';
import type { WebSocket } from 'ws';
import { idleMs, probeMs } from './command-channels.ts';
import { type Upgrade, refuseUpgrade } from './upgrade.ts';

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
  const wanted = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const protocol = protocols.find((each) => wanted.includes(each));
  if (protocol === undefined)
    throw badRequest(
      `unable to upgrade: none of the protocols ${JSON.stringify(wanted)} is spoken; these are: ${protocols.join(', ')}`,
    );
  const options = { protocol, largestMessage: longestMessage };
  const opened = await acceptSocket({ message, socket, head }, options).catch(refuseUpgrade);
  socket.setKeepAlive(true, probeMs).setTimeout(idleMs, () => socket.destroy());
  takeOver();
  return opened;
}
