import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object/kube-object.ts';
import { type Put, WriteQueue } from './write-queue.ts';

const put = (name: string): readonly Put[] => [['ADDED', { metadata: { name } } as KubeObject]];
const nameOf = (object: KubeObject): string => object.metadata.name;

/** Opens a queue whose transactions write down what they do. */
function openQueue(failure?: Error): { readonly queue: WriteQueue; readonly done: string[] } {
  const done: string[] = [];
  const queue = new WriteQueue((work) => {
    done.push('begin');
    work((_type, object) => {
      done.push(nameOf(object));
      if (failure) throw failure;
      return object;
    });
    done.push('commit');
  });
  return { queue, done };
}

test('writes that come at the same time share a transaction, and one that is refused hinders no other', async () => {
  const { queue, done } = openQueue();
  const refused = (): never => {
    throw new Error('it is taken');
  };
  const results = await Promise.allSettled([
    queue.write(() => put('a')),
    queue.write(refused),
    queue.write(() => put('b')),
  ]);
  assert.deepEqual(
    results.map((each) => (each.status === 'fulfilled' ? nameOf(each.value) : String(each.reason))),
    ['a', 'Error: it is taken', 'b'],
  );
  await queue.write(() => put('c'));
  assert.deepEqual(done, ['begin', 'a', 'b', 'commit', 'begin', 'c', 'commit']);
});

test('no write is acknowledged of a transaction that fails', async () => {
  const { queue, done } = openQueue(new Error('the disk is full'));
  const results = await Promise.allSettled(['a', 'b'].map((name) => queue.write(() => put(name))));
  assert.deepEqual(
    results.map((each) => each.status === 'rejected' && String(each.reason)),
    ['Error: the disk is full', 'Error: the disk is full'],
  );
  assert.deepEqual(done, ['begin', 'a']);
});

test('writes that wait are made when they are asked for', async () => {
  const { queue, done } = openQueue();
  const written = queue.write(() => put('a'));
  queue.flush();
  assert.deepEqual(done, ['begin', 'a', 'commit']);
  assert.equal(nameOf(await written), 'a');
});
