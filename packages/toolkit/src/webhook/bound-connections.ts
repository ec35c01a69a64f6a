import type { Server, Socket } from 'node:net';

/**
 * Keeps at most `limit` connections of a server: one more ends the oldest of the peer that has most. So who holds many
 * open keeps out their own, and a request that comes whole is answered before its connection is the oldest. Returns those
 * that are open.
 */
export function boundConnections(server: Server, limit: number): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size > limit) oldestOfMost(open).destroy();
  });
  return open;
}

function oldestOfMost(open: ReadonlySet<Socket>): Socket {
  const peers = Map.groupBy(open, ({ remoteAddress }) => remoteAddress);
  return [...peers.values()].reduce((most, each) => (each.length > most.length ? each : most))[0]!;
}
