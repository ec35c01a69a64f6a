import { type Upgrade, closeWhenIdle, spokenProtocol } from './upgrade.ts';

/**
 * Goes on with SPDY, and in it the first of some protocols that the client speaks too, which are named in the order in
 * which we prefer them. Returns that protocol.
 * @throws ObjectError BAD_REQUEST
 */
export function acceptSpdy<P extends string>(
  { message, socket, head, takeOver }: Upgrade,
  protocols: readonly P[],
): P {
  const protocol = spokenProtocol(message.headers['x-stream-protocol-version'], protocols);
  takeOver();
  closeWhenIdle(socket);
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  socket.write([...lines, `X-Stream-Protocol-Version: ${protocol}`, '', ''].join('\r\n'));
  if (head.length > 0) socket.unshift(head);
  return protocol;
}
