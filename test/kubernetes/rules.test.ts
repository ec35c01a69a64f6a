import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { json } from 'node:stream/consumers';
import { openDefiningApi } from '../../packages/apiserver/src/server/defining-api.sample.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type Answer, type Ask, judged, refusedDefinition } from './fixtures/judged.ts';
import { type KubeApiServer, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { ruleCases, wrongRules } from './fixtures/rule-cases.ts';

const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
if (server instanceof CannotBuild)
  test('rules are judged as by a kube-apiserver', { skip: server.message }, () => {});
else testOn(server);

function testOn(kubernetes: KubeApiServer): void {
  const ca = readFileSync(join(kubernetes.dir, 'ca.crt'));
  const agent = new Agent({ ca, keepAlive: true });
  const askKubernetes: Ask = async (path, method = 'GET', body) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
    const asked = request(kubernetes.url + path, { method, headers, agent }, (response) => {
      // What is not served yet is answered in plain text.
      const content = json(response).catch(() => ({}));
      content.then((value) => resolve({ code: response.statusCode!, json: value as Answer['json'] }), reject);
    });
    asked.on('error', reject).end(body && JSON.stringify(body));
    return await promise;
  };
  after(async () => {
    agent.destroy();
    await kubernetes[Symbol.asyncDispose]();
  });

  describe('objects are judged by the rules of their definition as by a kube-apiserver', () => {
    for (const [at, each] of ruleCases.entries())
      test(each.name, async () => {
        await using ours = await openDefiningApi();
        const plural = `cases${String.fromCodePoint(97 + at)}`;
        const theirs = await judged(askKubernetes, plural, each);
        assert.deepEqual(plain(await judged(ours.ask, plural, each)), plain(theirs));
      });
  });

  test('definitions with wrong rules are refused as by a kube-apiserver', async () => {
    await using ours = await openDefiningApi();
    for (const [at, spec] of wrongRules.entries()) {
      const plural = `wrong${String.fromCodePoint(97 + at)}`;
      const theirs = await refusedDefinition(askKubernetes, plural, spec);
      const { code, json: status } = await refusedDefinition(ours.ask, plural, spec);
      assert.equal(code, 422, JSON.stringify(spec));
      assert.deepEqual(plain(status), plain(theirs.json), JSON.stringify(spec));
    }
  });
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
