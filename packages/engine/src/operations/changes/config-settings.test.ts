import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configSettings } from './config-settings.ts';

test('configSettings: commands take the place of the old ones, everything else is added', () => {
  assert.deepEqual(configSettings({}), []);
  assert.deepEqual(configSettings({ cmd: ['sh', '-c'], env: ['A=1'], user: 'nobody' }), [
    ['clear', 'config.cmd'],
    ['config.cmd', 'sh'],
    ['config.cmd', '-c'],
    ['config.env', 'A=1'],
    ['config.user', 'nobody'],
  ]);
});
