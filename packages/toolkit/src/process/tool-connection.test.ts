import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ToolConnection } from './tool-connection.ts';

test('a tool that is silent for too long is told of, and one that answers is not', async () => {
  const connection = new ToolConnection({ tool: 'cat', args: [] });
  connection.on('error', () => {});
  let isLate = false;
  connection.setTimeout(60_000, () => (isLate = true));
  connection.write('hello');
  assert.equal(String((await once(connection, 'data'))[0]), 'hello');
  assert.equal(isLate, false);
  connection.setTimeout(20);
  await once(connection, 'timeout');
  connection.destroy();
  await once(connection, 'close');
});
