import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balloonMiB, hasStarted } from '@ignite/engine/tools/vmm/firecracker/api-client';
import { qmpCommand } from '@ignite/engine/tools/vmm/qemu/qmp';
import { mutatedText } from '../mutate.ts';
import { takenLater, target } from '../target.ts';

const http = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const samples = [
  '{"QMP": {}}\r\n{"return": {}}\r\n{"event": "STOP"}\r\n{"return": {"actual": 1}}\r\n',
  '{"QMP": {}}\r\n{"return": {}}\r\n{"error": {"class": "GenericError", "desc": "no"}}\r\n',
  http('{"state": "Running", "id": "x"}'),
  http('{"actual_mib": 128}'),
  'HTTP/1.1 400 Bad Request\r\nContent-Length: 21\r\n\r\n{"fault_message":"x"}\r\n',
];
const words = [
  '{"return": {}}\r\n',
  '{"event": "X"}\r\n',
  'HTTP/1.1 200\r\n',
  'Transfer-Encoding: chunked\r\n',
  '\r\n',
];
const never = new AbortController().signal;

/**
 * A VMM that its guest has taken over. Whatever it answers, the adapter either accepts it or fails properly.
 */
export const vmms = target<string>({
  name: 'vmms',
  make: (random) => mutatedText(samples, words, random),
  check: async (said) => {
    const dir = mkdtempSync(join(tmpdir(), 'fuzz-vmm-'));
    const path = join(dir, 'socket');
    const server = createServer((socket) => socket.on('error', () => undefined).end(said)).listen(path);
    try {
      await once(server, 'listening');
      const isOrderly = (failure: unknown): boolean =>
        failure instanceof Error && !(failure instanceof TypeError) && !(failure instanceof RangeError);
      await takenLater(() => qmpCommand(path, { execute: 'query-balloon' }, never), isOrderly);
      const isUp = await takenLater(() => hasStarted(path, never), isOrderly);
      assert.ok(isUp === undefined || typeof isUp === 'boolean');
      const given = await takenLater(() => balloonMiB(path, never), isOrderly);
      assert.ok(given === undefined || typeof given === 'number');
    } finally {
      server.close();
      rmSync(dir, { recursive: true });
    }
  },
});
