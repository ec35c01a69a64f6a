import { isMainThread } from 'node:worker_threads';
import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';
import { defineKind } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import * as v from 'valibot';

const pot = v.strictObject({
  plant: v.string(),
  litres: v.optional(v.number(), 5),
  herbs: v.optional(v.array(v.strictObject({ name: v.string() })), []),
});

export const scheme = new Scheme([
  defineKind({
    group: 'garden.example',
    kind: 'Pot',
    plural: 'pots',
    scope: 'Namespaced',
    versions: [{ apiVersion: 'garden.example/v1', kind: 'Pot', spec: pot }],
  }),
]);

if (!isMainThread) void answerAsWorker(scheme);
