import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { WebSocketLine } from './web-socket-line.ts';

/** A WebSocket that is being opened, which like those of ws cannot be pinged before it is open. */
class OpeningSocket extends EventEmitter {
  readonly CONNECTING = 0;
  readyState = 0;
  pings = 0;
  isTerminated = false;

  ping(): void {
    if (this.readyState === this.CONNECTING) throw new Error('WebSocket is not open');
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

test('the other side is asked for life once the line is open, however long that takes', ({ mock }) => {
  mock.timers.enable({ apis: ['setInterval'] });
  const socket = new OpeningSocket();
  const line = new WebSocketLine(socket as unknown as WebSocket);
  mock.timers.tick(45_000);
  socket.readyState = 1;
  socket.emit('open');
  mock.timers.tick(30_000);
  assert.deepEqual([socket.pings, socket.isTerminated], [1, false]);
  mock.timers.tick(30_000);
  assert.equal(socket.isTerminated, true);
  socket.emit('close', 1_006, Buffer.of());
  assert.equal(line.closed.aborted, true);
});
