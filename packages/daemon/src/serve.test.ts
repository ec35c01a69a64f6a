import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';
import { serve } from './serve.ts';
import { ServiceLog } from './service-log.ts';

test('serve: a path for a socket that somebody else has opened is refused', async () => {
  const options = parseOptions([
    '--api',
    '--api-socket=/tmp/other.sock',
    '--data-dir=/dev/null',
    '--run-dir=/dev/null',
  ]);
  const terminal = { write: () => {}, isTty: false };
  const context = { terminal, output: new ServiceLog(terminal, options), onReady: () => {}, listenFd: 3 };
  await assert.rejects(serve(options, context, AbortSignal.abort()), {
    code: 'USAGE_INVALID',
    message: /--api-socket/,
  });
});
