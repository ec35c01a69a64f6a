import { isMainThread } from 'node:worker_threads';
import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import * as v from 'valibot';

export const scheme = new Scheme([
  {
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    spec: v.strictObject({
      plant: v.string(),
      litres: v.optional(v.number(), 5),
      herbs: v.optional(v.array(v.strictObject({ name: v.string() })), []),
    }),
  },
]);

if (!isMainThread) void answerAsWorker(scheme);
