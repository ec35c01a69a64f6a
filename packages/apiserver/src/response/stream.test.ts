import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { lineOf } from './line.ts';
import { stream } from './stream.ts';

const texts = ['{"plain":1}', '{"wide":"ü€"}'];

/** Returns all that a server sends to a client who asks for lines in a version of HTTP. */
async function answerIn(version: string): Promise<string> {
  const lines = async function* () {
    for (const text of texts) yield lineOf(text);
  };
  await using server = createServer((_, response) => {
    void stream(response, lines(), new AbortController().signal);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  socket.write(`GET / HTTP/${version}\r\nHost: here\r\nConnection: close\r\n\r\n`);
  return (await Array.fromAsync(socket)).join('');
}

test('lines are sent in chunks to clients of HTTP/1.1, and as they are to those of HTTP/1.0', async () => {
  const [head, ...body] = (await answerIn('1.1')).split('\r\n\r\n');
  assert.match(head!, /\r\ntransfer-encoding: chunked/i);
  assert.equal(body.join('\r\n\r\n'), 'c\r\n{"plain":1}\n\r\n11\r\n{"wide":"ü€"}\n\r\n0\r\n\r\n');
  const [oldHead, oldBody] = (await answerIn('1.0')).split('\r\n\r\n');
  assert.doesNotMatch(oldHead!, /transfer-encoding/i);
  assert.equal(oldBody, '{"plain":1}\n{"wide":"ü€"}\n');
});
