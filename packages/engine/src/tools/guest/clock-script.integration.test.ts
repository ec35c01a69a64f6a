import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const script = join(import.meta.dirname, '../../../../../guest/clock');

/**
 * Runs the script in a mount namespace whose /run is empty but for a busybox that leaves the clock of this machine alone. What
 * the script would do to the clock is written to the file descriptor 3.
 */
const beside = `
  mount -t tmpfs none /run
  mkdir /run/ignite
  cat >/run/ignite/busybox <<'end'
#!/bin/sh
[ "$1" != adjtimex ] || { shift; [ -z "$*" ] || echo "adjtimex $*" >&3; echo UNSYNC; exit; }
exec /bin/busybox "$@"
end
  printf '#!/bin/sh\\necho "date $*" >&3\\n' >/run/ignite/date
  chmod +x /run/ignite/busybox /run/ignite/date
  exec /bin/busybox sh "$0" /run/ignite/date 5>&4
`;

test('clock: a host that did not answer in time is asked again, and the clock is set by its answer', async () => {
  const child = spawn('unshare', ['--mount', 'sh', '-c', beside, script], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const host = child.stdio[4] as Duplex;
  const lines = createInterface(host);
  const questions = lines[Symbol.asyncIterator]();
  const deeds = createInterface(child.stdio[3] as Readable)[Symbol.asyncIterator]();
  try {
    const { value: unanswered } = await questions.next();
    // The script waits for five seconds, and looks again four seconds later, at once if it is told to.
    await delay(6_000);
    host.write('again\n');
    const { value: first } = await questions.next();
    assert.deepEqual([unanswered, first], ['1', '2']);
    const answer = (question: string): boolean =>
      host.write(`\n${question} ${String((Date.now() + 20_000) * 1_000)}\n`);
    answer(String(first));
    const answering = (async () => {
      for (let next = await questions.next(); !next.done; next = await questions.next()) answer(next.value);
    })();
    const { value: deed } = await deeds.next();
    assert.match(String(deed), /^date -s \+(19|20)\.\d{6} seconds$/);
    lines.close();
    await answering;
  } finally {
    // A script that is killed before it has read an answer resets the connection.
    host.destroy();
    child.kill();
    await ended;
  }
});
