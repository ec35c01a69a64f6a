import { badRequest } from '@ignite/toolkit/client/object-error';
import { idleMs, probeMs } from './command-channels.ts';
import type { Upgrade } from './upgrade.ts';

/**
 * Goes on with SPDY, and in it the first of some protocols that the client speaks too, which are named in the order in
 * which we prefer them. Returns that protocol.
 * @throws ObjectError BAD_REQUEST
 */
export function acceptSpdy<P extends string>(
  { message, socket, head, takeOver }: Upgrade,
  protocols: readonly P[],
): P {
  const header = message.headers['x-stream-protocol-version'];
  const wanted = [header ?? []].flat().flatMap((each) => each.split(',').map((name) => name.trim()));
  const protocol = protocols.find((each) => wanted.includes(each));
  if (protocol === undefined)
    throw badRequest(
      `unable to upgrade: none of the protocols ${JSON.stringify(wanted)} is spoken; these are: ${protocols.join(', ')}`,
    );
  takeOver();
  socket.setKeepAlive(true, probeMs).setTimeout(idleMs, () => socket.destroy());
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  socket.write([...lines, `X-Stream-Protocol-Version: ${protocol}`, '', ''].join('\r\n'));
  if (head.length > 0) socket.unshift(head);
  return protocol;
}
