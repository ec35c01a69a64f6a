import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import * as v from 'valibot';
import { hasCode } from '../errors/coded-error.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import type { RevisionText } from './decode-revision.ts';
import { WorkerReader, answerAsWorker } from './worker-reader.ts';

const scheme = new Scheme([
  sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.strictObject({ plant: v.string() }) }),
  sampleKind({
    apiVersion: 'garden.example/v1',
    kind: 'Trap',
    spec: v.pipe(
      v.picklist(['time', 'memory']),
      v.transform((what) => {
        for (const kept: object[] = []; ;) if (what === 'memory') kept.push({});
      }),
    ),
  }),
]);

const source = (text: string): RevisionText => ({
  files: [{ path: 'a.yaml', text, digest: text }],
  path: '.',
  unknownKinds: 'refuse',
});
const object = (kind: string, spec: string): RevisionText =>
  source(`apiVersion: garden.example/v1\nkind: ${kind}\nmetadata: {name: a}\nspec: ${spec}\n`);

// The tests start this same file as the worker.
if (!isMainThread) void answerAsWorker(scheme);
else
  describe('WorkerReader', () => {
    const { signal } = new AbortController();
    const reader = (deadlineMs = 600_000): WorkerReader =>
      new WorkerReader(import.meta.filename, { deadlineMs, heapMiB: 64 });

    test('the objects and faults of a source are the same as from a direct reader', async () => {
      const [good] = await reader().decode(object('Pot', '{plant: mint}'), signal);
      assert.deepEqual(good?.manifests[0]?.spec, { plant: 'mint' });
      const [bad] = await reader().decode(object('Pot', '{plnat: mint}'), signal);
      assert.equal(bad?.problem, 'a.yaml:4:8: spec: unknown field "plnat"');
    });

    test('a source that takes for ever, or all memory, is given up', async () => {
      await assert.rejects(reader(1).decode(object('Trap', 'time'), signal), (failure) =>
        hasCode(failure, 'RENDER_TIMEOUT'),
      );
      await assert.rejects(reader().decode(object('Trap', 'memory'), signal), (failure) =>
        hasCode(failure, 'RENDER_TOO_LARGE'),
      );
    });

    test('a waiting caller still gets events and signals, and may stop waiting', async () => {
      const stop = new AbortController();
      const reading = reader().decode(object('Trap', 'time'), stop.signal);
      let heard = 0;
      const timer = setInterval(() => {
        heard += 1;
        if (heard === 3) stop.abort(new Error('enough'));
      }, 1);
      await assert.rejects(reading, /enough/);
      clearInterval(timer);
    });
  });
