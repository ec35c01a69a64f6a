import assert from 'node:assert/strict';
import { makeRequest } from '../api/make-request.ts';
import { readOperations } from '../api/operations.ts';
import { assertAnswered } from '../api/assert-answered.ts';
import { assertStoredObjects } from '../api/assert-stored-objects.ts';
import { type ApiRequest, serveFuzzedApi } from '../api/served-api.ts';
import { target } from '../target.ts';

/** The requests of one round, which come one after the other to a new server. */
const perRound = 40;
const operations = await readOperations();

export const requests = target<readonly ApiRequest[]>({
  name: 'requests',
  worth: 4,
  make: (random) => Array.from({ length: perRound }, () => makeRequest(operations, random)),
  check: async (asked) => {
    await using api = await serveFuzzedApi();
    for (const request of asked) assertAnswered(request, await api.ask(request));
    await assertStoredObjects(api);
    assert.deepEqual(api.errors, []);
  },
});
