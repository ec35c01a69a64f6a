import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, settled } from '../clock/manual-clock.ts';
import { backoffMs } from './backoff.ts';
import { runController } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

const { signal } = new AbortController();

test('backoffMs: doubles from 750 ms to 15 min and no further', () => {
  assert.deepEqual([1, 2, 3, 10].map(backoffMs), [750, 1_500, 3_000, 384_000]);
  assert.equal(backoffMs(11), 768_000);
  assert.equal(backoffMs(12), 900_000);
  assert.equal(backoffMs(10_000), 900_000);
});

describe('WorkQueue', () => {
  test('a key waits once, and again when it is added while it is worked on', async () => {
    const queue = new WorkQueue(new ManualClock());
    queue.add('a');
    queue.add('a');
    queue.add('b');
    assert.equal(queue.depth, 2);
    assert.equal(await queue.next(signal), 'a');
    queue.add('a');
    assert.equal(queue.depth, 1, 'not beside itself');
    assert.equal(await queue.next(signal), 'b');
    queue.done('a');
    assert.equal(await queue.next(signal), 'a');
  });

  test('a waiting worker gets the next key, and none once the queue is stopped', async () => {
    const queue = new WorkQueue(new ManualClock());
    const stop = new AbortController();
    const both = Promise.all([queue.next(stop.signal), queue.next(stop.signal)]);
    queue.add('a');
    await settled();
    queue.add('b');
    assert.deepEqual((await both).toSorted(), ['a', 'b']);
    const none = queue.next(stop.signal);
    stop.abort();
    assert.equal(await none, undefined);
  });

  test('a key that is added with a delay comes then, or at the earlier of two times', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 5_000);
    await clock.advance(999);
    assert.equal(queue.depth, 0);
    await clock.advance(1);
    assert.equal(queue.depth, 1);
    await clock.advance(10_000);
    assert.equal(queue.depth, 1, 'and not again');
  });
});

describe('runController', () => {
  test('a key that fails is tried again, later each time, until it succeeds', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    const stop = new AbortController();
    const times: number[] = [];
    const logged: string[] = [];
    const start = clock.now();
    const running = runController(
      {
        name: 'pots',
        queue,
        concurrency: 2,
        clock,
        log: (_level, message) => logged.push(message),
        reconcile: async () => {
          times.push(clock.now() - start);
          if (times.length < 4) throw new Error('not yet');
          return { requeueAfterMs: 60_000 };
        },
      },
      stop.signal,
    );
    queue.add('a');
    await clock.advance(20_000);
    assert.deepEqual(times, [0, 750, 2_250, 5_250]);
    assert.deepEqual(logged, ['reconcile failed', 'reconcile failed', 'reconcile failed']);
    await clock.advance(60_000);
    assert.equal(times.length, 5, 'the interval');
    stop.abort();
    await running;
    assert.equal(clock.untilNext, undefined, 'nothing is left to wake');
  });

  test('no key is worked on twice at once, and no more keys than the limit', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue(clock);
    const stop = new AbortController();
    const working = new Set<string>();
    let most = 0;
    const running = runController(
      {
        name: 'pots',
        queue,
        concurrency: 3,
        clock,
        log: () => {},
        reconcile: async (key) => {
          assert.ok(!working.has(key));
          working.add(key);
          most = Math.max(most, working.size);
          await clock.sleep(10, signal);
          working.delete(key);
          return {};
        },
      },
      stop.signal,
    );
    for (let at = 0; at < 50; at += 1) queue.add(`k${at % 10}`);
    await clock.advance(5);
    for (let at = 0; at < 10; at += 1) queue.add(`k${at}`);
    await clock.advance(1_000);
    assert.equal(most, 3);
    assert.equal(queue.depth, 0);
    stop.abort();
    await running;
  });
});
