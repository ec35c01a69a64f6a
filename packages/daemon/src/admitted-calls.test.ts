import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLines } from '@ignite/api/remote/call-lines';
import { callsPath, callsProtocol } from '@ignite/api/remote/messages';
import { remoteClient } from '@ignite/api/remote/remote-client';
import { openWebhook } from '@ignite/apiserver/webhook/webhook.sample';
import { LocalClient } from '@ignite/engine/operations/client/local-client';
import { StoreAdministration } from '@ignite/engine/tools/store/store-administration';
import type { EnginePorts } from '@ignite/engine/vm/engine-ports';
import { dialLine } from '@ignite/toolkit/client/over-http/dial-line';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import type { MemoryStore } from '@ignite/toolkit/store/memory';
import { openServedApi } from './served-api.sample.ts';

const vms = '/apis/ignite.weave.works/v1/namespaces/default/vms';
const admissions = '/apis/admissionregistration.k8s.io/v1';
const merge = { 'content-type': 'application/merge-patch+json' };
const ofVms = (operations: readonly string[]) => ({
  operations,
  apiGroups: ['ignite.weave.works'],
  apiVersions: ['v1'],
  resources: ['vms'],
});

/** An engine of a host on which nothing runs. */
function idleEngine(store: MemoryStore, dir: string): LocalClient {
  const [paths, self] = [
    { dataDir: join(dir, 'data'), runDir: join(dir, 'run') },
    { name: 'one', isAlone: true },
  ];
  const administration = new StoreAdministration(store, { paths, self });
  return new LocalClient({
    ...{ paths, self, administration, objects: administration.objects, clock: systemClock, env: {} },
    sandbox: { observe: async () => ({ state: 'absent' }) },
    network: { rename: async () => {} },
  } as unknown as EnginePorts);
}

/** A host with a VM, its API, and what calls it from another host with a token. */
async function openHost() {
  const api = await openServedApi({}, undefined, idleEngine);
  const clients: Disposable[] = [];
  const callerWith = (token: string) => {
    const url = 'http://host';
    const access = { url, token: async () => token, connect: () => connect(api.socket) };
    const dial = async (signal: AbortSignal) =>
      await dialLine(access, { path: callsPath, protocol: callsProtocol }, signal);
    const [lines, objects] = [new CallLines(dial), new HttpObjectClient(access)];
    clients.push(lines, objects);
    return remoteClient({ lines, objects, copies: { copyIn: async () => {}, copyOut: async () => {} } });
  };
  const body = { metadata: { name: 'web' }, spec: { image: { oci: 'debian:12' } } };
  assert.equal((await api.ask({ path: vms, method: 'POST', body })).code, 201);
  return {
    ...api,
    callerWith,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Patches the VM as kubectl does, and returns what it is told. */
const patched = async ({ ask }: Awaited<ReturnType<typeof openHost>>, body: object, dryRun = false) =>
  await ask({ path: `${vms}/web${dryRun ? '?dryRun=All' : ''}`, method: 'PATCH', headers: merge, body });

test('a policy that forbids a VM holds for "ignite --host" as for kubectl', async () => {
  await using host = await openHost();
  const validations = [
    { expression: 'object.spec.power != "Stopped"', message: 'it stays up' },
    { expression: 'object.metadata.name.startsWith("web")', message: 'name it web-…' },
  ];
  const metadata = { name: 'vms' };
  for (const [kind, spec] of [
    [
      'validatingadmissionpolicies',
      { matchConstraints: { resourceRules: [ofVms(['CREATE', 'UPDATE'])] }, validations },
    ],
    ['validatingadmissionpolicybindings', { policyName: 'vms', validationActions: ['Deny', 'Audit'] }],
  ] as const) {
    const made = await host.ask({ path: `${admissions}/${kind}`, method: 'POST', body: { metadata, spec } });
    assert.equal(made.code, 201, JSON.stringify(made.content));
  }
  const stopping = { spec: { power: 'Stopped' } };
  while ((await patched(host, stopping, true)).code === 200) await delay(10); // policies are followed by a watch
  const refusal = await patched(host, stopping);
  assert.equal(refusal.code, 422);
  const { vms: far, life } = host.callerWith(await host.tokenOf('root', ['system:masters']));
  const told: unknown[] = [];
  const op = { signal: AbortSignal.timeout(60_000), report: (event: unknown) => told.push(event) };
  await assert.rejects(far.stop('web', { force: false }, op), {
    code: 'FORBIDDEN',
    message: refusal.content['message'] as string,
  });
  await assert.rejects(life.rename('web', 'db', op), { code: 'FORBIDDEN', message: /name it web-…/ });
  assert.equal((await life.rename('web', 'web-1', op)).metadata.name, 'web-1');
  assert.notEqual((await far.find('web-1', op.signal)).spec.power, 'Stopped');
  assert.deepEqual(told, []);
});

test('a webhook is asked about what "ignite --host" writes, as whom the caller is, and is heard', async () => {
  await using webhook = await openWebhook((_path, { request: { uid, operation } }) => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: operation !== 'DELETE',
      warnings: ['be careful'],
      ...(operation === 'DELETE' && { status: { code: 409, message: 'it is needed' } }),
    },
  }));
  await using host = await openHost();
  const webhooks = {
    name: 'vms.hooks.example',
    clientConfig: webhook.target('/'),
    rules: [ofVms(['UPDATE', 'DELETE'])],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  const path = `${admissions}/validatingwebhookconfigurations`;
  const body = { metadata: { name: 'vms' }, webhooks: [webhooks] };
  assert.equal((await host.ask({ path, method: 'POST', body })).code, 201);
  while (webhook.asked.length === 0) {
    await patched(host, { metadata: { labels: { probe: 'x' } } }, true);
    await delay(10);
  }
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'ignite:operator' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }];
  const bound = { metadata: { name: 'jane' }, roleRef, subjects };
  assert.equal((await host.ask({ path: roles, method: 'POST', body: bound })).code, 201);
  const { vms: far } = host.callerWith(await host.tokenOf('jane', ['team']));
  const told: unknown[] = [];
  const op = { signal: AbortSignal.timeout(60_000), report: (event: unknown) => told.push(event) };
  await assert.rejects(far.remove('web', { force: true }, op), {
    code: 'FORBIDDEN',
    message: 'admission webhook "vms.hooks.example" denied the request: it is needed',
  });
  assert.deepEqual(told, [{ kind: 'warning', message: 'be careful' }]);
  const [, { request }] = webhook.asked.at(-1)!;
  assert.partialDeepStrictEqual(request, {
    operation: 'DELETE',
    resource: { group: 'ignite.weave.works', version: 'v1', resource: 'vms' },
    name: 'web',
    namespace: 'default',
    userInfo: { username: 'jane', groups: ['team', 'system:authenticated'] },
    oldObject: { apiVersion: 'ignite.weave.works/v1', kind: 'VM', metadata: { name: 'web' } },
    dryRun: false,
  });
  assert.equal((await far.find('web', op.signal)).metadata.deletionTimestamp, undefined);
  assert.equal((await host.ask({ path: `${path}/vms`, method: 'DELETE' })).code, 200);
  // Until the watch has told of it, the webhook is asked.
  while ((await host.ask({ path: `${vms}/web?dryRun=All`, method: 'DELETE' })).code !== 200) await delay(10);
  await far.remove('web', { force: true }, op);
  await assert.rejects(far.find('web', op.signal), { code: 'VM_NOT_FOUND' });
});
