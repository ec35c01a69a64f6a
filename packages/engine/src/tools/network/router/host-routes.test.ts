import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostRoutes } from './host-routes.ts';

test('parseHostRoutes: all but those that stand for everything', () => {
  const routes = [
    ...[{ dst: 'default' }, { dst: '0.0.0.0/1', dev: 'tun0' }, { dst: '128.0.0.0/1', dev: 'tun0' }],
    ...[{ dst: '10.0.0.0/8' }, { type: 'blackhole', dst: '10.62.0.0/16' }],
    ...[
      { type: 'unreachable', dst: '10.63.0.0/16' },
      { type: 'local', dst: '10.64.0.5', table: 'local' },
    ],
  ];
  assert.deepEqual(parseHostRoutes(JSON.stringify(routes)), [
    ...['10.0.0.0/8', '10.62.0.0/16', '10.63.0.0/16', '10.64.0.5'],
  ]);
  assert.deepEqual(parseHostRoutes('\n'), []);
});
