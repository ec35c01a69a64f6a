import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';
import { serve } from './serve.ts';
import { ServiceLog } from './service-log.ts';

test('serve: where systemd has opened the socket, another path for it does not keep the daemon from starting', async () => {
  const options = parseOptions([
    '--api',
    '--api-socket=/tmp/other.sock',
    '--data-dir=/dev/null',
    '--run-dir=/dev/null',
  ]);
  const written: string[] = [];
  const terminal = { write: (text: string) => void written.push(text), isTty: false };
  const context = { terminal, output: new ServiceLog(terminal, options), onReady: () => {}, listenFd: 3 };
  // It comes as far as its store.
  await assert.rejects(serve(options, context, AbortSignal.abort()), { code: 'EEXIST' });
  assert.match(written.join(''), /"api\.socket has no effect.*"path":"\/tmp\/other\.sock"/);
});
