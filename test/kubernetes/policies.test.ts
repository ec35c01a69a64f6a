import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openDefiningApi } from '../../packages/apiserver/src/server/defining-api.sample.ts';
import type { Authorizer } from '../../packages/apiserver/src/request/access.ts';
import { CannotBuild } from './fixtures/go-program.ts';
import { type KubeApiServer, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { type PolicyCase, policyCases, wrongBindings, wrongPolicies } from './fixtures/policy-cases.ts';

interface Answer {
  readonly code: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly warning?: string | undefined;
}

/** Asks a server of the Kubernetes API. */
type Ask = (path: string, method?: string, body?: object) => Promise<Answer>;

const server = await startKubeApiServer().catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
if (server instanceof CannotBuild)
  test('policies judge as those of a kube-apiserver', { skip: server.message }, () => {});
else testOn(server);

function testOn(kubernetes: KubeApiServer): void {
  const agent = new Agent({ ca: readFileSync(join(kubernetes.dir, 'ca.crt')), keepAlive: true });
  const askKubernetes: Ask = async (path, method = 'GET', body) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
    const asked = request(kubernetes.url + path, { method, headers, agent }, (response) => {
      const { statusCode: code = 0, headers: answered } = response;
      const warning = answered['warning'] as string | undefined;
      json(response).then((value) => resolve({ code, json: value as Answer['json'], warning }), reject);
    });
    asked.on('error', reject).end(body && JSON.stringify(body));
    return await promise;
  };
  after(async () => {
    agent.destroy();
    await kubernetes[Symbol.asyncDispose]();
  });

  describe('writes are judged by policies as by a kube-apiserver', () => {
    for (const each of policyCases)
      test(each.name, async () => {
        await using ours = await openDefiningApi({ authorizer: exceptRobots });
        const theirs = await judged(askKubernetes, each);
        assert.deepEqual(await judged(askOurs(ours.url), each), theirs);
      });
  });

  test('policies and bindings with faults are refused as by a kube-apiserver', async () => {
    await using ours = await openDefiningApi();
    for (const [kind, specs] of [
      ['validatingadmissionpolicies', wrongPolicies],
      ['validatingadmissionpolicybindings', wrongBindings],
    ] as const)
      for (const spec of specs) {
        const body = { metadata: { name: 'wrong.example' }, spec };
        const [theirs, mine] = [
          await askKubernetes(`${group}/${kind}`, 'POST', body),
          await askOurs(ours.url)(`${group}/${kind}`, 'POST', body),
        ];
        assert.deepEqual(faultsOf(mine), faultsOf(theirs), JSON.stringify(spec));
        assert.equal(theirs.code, 422);
      }
  });
}

/** The user may do everything, as the administrator of the kube-apiserver, and service accounts nothing. */
const exceptRobots: Authorizer = {
  authorize: async ({ name }) => ({ isAllowed: !name.startsWith('system:serviceaccount:'), reason: '' }),
};

const group = '/apis/admissionregistration.k8s.io/v1';

const askOurs =
  (url: string): Ask =>
  async (path, method = 'GET', body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const warning = answer.headers.get('warning') ?? undefined;
    return { code: answer.status, json: (await answer.json()) as Answer['json'], warning };
  };

/** The fields that are wrong. The sentences after them are those of each server. */
function faultsOf({ code, json: status }: Answer): object {
  const { causes = [] } = status['details'] as { readonly causes?: readonly Cause[] };
  return { code, causes: causes.map(({ field, reason }) => `${field}: ${reason}`).toSorted() };
}

interface Named {
  readonly metadata: { readonly name: string };
}

interface Cause {
  readonly field: string;
  readonly reason: string;
}

/** Returns what a server says of the writes of a case, without what differs between servers. */
async function judged(ask: Ask, { spec, binding, params = [], writes }: PolicyCase): Promise<unknown> {
  const maps = '/api/v1/namespaces/home/configmaps';
  for (const name of ['home', 'limits']) await ask('/api/v1/namespaces', 'POST', { metadata: { name } });
  for (const [path, object] of params) await made(ask, path, object);
  const policies = `${group}/validatingadmissionpolicies`;
  const bindings = `${group}/validatingadmissionpolicybindings`;
  const { code, json: policy } = await made(ask, policies, { metadata: { name: 'case' }, spec });
  // A second policy tells when both are in force, since servers follow policies a little later.
  const probe = {
    matchConstraints: { resourceRules: [everyMap] },
    validations: [{ expression: "object == null || object.metadata.name != 'probe'" }],
  };
  await made(ask, policies, { metadata: { name: 'probe' }, spec: probe });
  const bound = { policyName: 'case', ...(binding ?? { validationActions: ['Deny'] }) };
  await made(ask, bindings, { metadata: { name: 'case-bound' }, spec: bound });
  await made(ask, bindings, {
    metadata: { name: 'probe-bound' },
    spec: { policyName: 'probe', validationActions: ['Deny'] },
  });
  const isProbed = async (): Promise<boolean> => {
    const { json: status } = await ask(`${maps}?dryRun=All`, 'POST', { metadata: { name: 'probe' } });
    const text = JSON.stringify(status);
    // A kube-apiserver refuses everything while it does not know the parameters of a policy yet.
    return /Policy '(probe|case)'/.test(text) && !text.includes('not yet synced');
  };
  while (!(await isProbed())) await delay(50);
  const answers: unknown[] = [code, (policy['spec'] as object | undefined) ?? policy];
  for (const write of writes) {
    const {
      code: given,
      json: answer,
      warning,
    } = 'deleted' in write
      ? await ask(`${maps}/${write.deleted}`, 'DELETE')
      : await written(ask, maps, write.map);
    answers.push({ given, warning, ...(given >= 400 && { answer }) });
  }
  for (const path of [
    `${policies}/case`,
    `${policies}/probe`,
    `${bindings}/case-bound`,
    `${bindings}/probe-bound`,
  ])
    await ask(path, 'DELETE');
  while (await isProbed()) await delay(50);
  const left = async (): Promise<number> => {
    const { json: list } = await ask(maps);
    for (const { metadata } of list['items'] as readonly Named[])
      if (metadata.name !== 'kube-root-ca.crt') await ask(`${maps}/${metadata.name}`, 'DELETE');
    return (list['items'] as readonly unknown[]).length;
  };
  while ((await left()) > 0) await delay(50);
  for (const [path, { metadata }] of params as readonly (readonly [string, Named])[])
    await ask(`${path}/${metadata.name}`, 'DELETE');
  return answers;
}

const everyMap = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

async function made(ask: Ask, path: string, body: object): Promise<Answer> {
  const answer = await ask(path, 'POST', body);
  assert.equal(answer.code, 201, JSON.stringify(answer.json));
  return answer;
}

async function written(ask: Ask, maps: string, map: object): Promise<Answer> {
  const { metadata } = map as Named;
  const known = await ask(`${maps}/${metadata.name}`);
  if (known.code !== 200) return await ask(maps, 'POST', map);
  const { resourceVersion } = known.json['metadata'] as { readonly resourceVersion: string };
  return await ask(`${maps}/${metadata.name}`, 'PUT', { ...map, metadata: { ...metadata, resourceVersion } });
}
