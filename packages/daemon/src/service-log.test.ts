import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceLog } from './service-log.ts';

test('ServiceLog: another level holds at once, for events and for what asks for it', () => {
  const written: string[] = [];
  const terminal = { write: (text: string) => void written.push(text), isTty: false };
  const output = new ServiceLog(terminal, { logLevel: 'info' });
  const told = () => (['warn', 'debug', 'trace'] as const).filter((level) => output.tells(level));
  output.log('debug', 'unheard');
  assert.deepEqual([told(), written], [['warn'], []]);
  output.change({ logLevel: 'trace' });
  output.log('debug', 'heard');
  assert.deepEqual([told(), written.length], [['warn', 'debug', 'trace'], 1]);
  output.change({ logLevel: 'error' });
  assert.deepEqual(told(), []);
});
