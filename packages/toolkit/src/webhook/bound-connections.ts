import type { Server, Socket } from 'node:net';

/**
 * Limits a server to `limit` open connections: one more ends the oldest connection of the peer that has most.
 * A peer that holds many open therefore displaces only its own, and a request that arrives at once is
 * answered before its connection is the oldest. Returns the open connections.
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
