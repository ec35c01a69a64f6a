import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { CallLines } from '@ignite/api/remote/call-lines';
import { callsPath, callsProtocol } from '@ignite/api/remote/messages';
import { remoteClient } from '@ignite/api/remote/remote-client';
import { type TestWebhook, openWebhook } from '@ignite/apiserver/webhook/webhook.sample';
import { LocalClient } from '@ignite/engine/operations/client/local-client';
import { engineClient } from '@ignite/engine/tools/store/engine-client.sample';
import { hostsIn } from '@ignite/engine/tools/store/kind-clients';
import { StoreAdministration } from '@ignite/engine/tools/store/store-administration';
import type { EnginePorts } from '@ignite/engine/vm/engine-ports';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { dialLine } from '@ignite/toolkit/client/over-http/dial-line';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { until } from '@ignite/toolkit/clock/until.sample';
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
  let own: ObjectClient | undefined;
  const api = await openServedApi({}, undefined, (store, dir) => {
    own = engineClient(store);
    return idleEngine(store, dir);
  });
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
    own: own!,
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
  // Policies are followed by a watch.
  await until('the policy holds', async () => (await patched(host, stopping, true)).code !== 200);
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

const configurations = `${admissions}/validatingwebhookconfigurations`;

/** Lets a webhook be asked about writes, among them changes of VMs, and waits until it is. */
async function configure(
  host: Awaited<ReturnType<typeof openHost>>,
  webhook: TestWebhook,
  rules: readonly object[],
): Promise<void> {
  const hook = {
    name: 'vms.hooks.example',
    clientConfig: webhook.target('/'),
    rules,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  const body = { metadata: { name: 'vms' }, webhooks: [hook] };
  assert.equal((await host.ask({ path: configurations, method: 'POST', body })).code, 201);
  await until('the webhook is asked', async () => {
    await patched(host, { metadata: { labels: { probe: 'x' } } }, true);
    return webhook.asked.length > 0;
  });
}

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
  await configure(host, webhook, [ofVms(['UPDATE', 'DELETE'])]);
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
  assert.equal((await host.ask({ path: `${configurations}/vms`, method: 'DELETE' })).code, 200);
  const dryRun = { path: `${vms}/web?dryRun=All`, method: 'DELETE' };
  await until('the webhook is asked no more', async () => (await host.ask(dryRun)).code === 200);
  await far.remove('web', { force: true }, op);
  await assert.rejects(far.find('web', op.signal), { code: 'VM_NOT_FOUND' });
});

test('a webhook is told what is only tried, and is asked about a deletion again that was tried first', async () => {
  await using webhook = await openWebhook((_path, { request: { uid } }) => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true },
  }));
  await using host = await openHost();
  const ofHosts = { ...ofVms(['DELETE']), resources: ['hosts'] };
  await configure(host, webhook, [ofVms(['CREATE', 'UPDATE']), ofHosts]);
  const before = webhook.asked.length;
  const { life, hosts } = host.callerWith(await host.tokenOf('root', ['system:masters']));
  const op = { signal: AbortSignal.timeout(60_000), report: () => {} };
  await life.rename('web', 'db', op);
  await hostsIn(host.own).create({ metadata: { name: 'lost' }, spec: {} });
  await hosts.remove('lost', op.signal);
  const told = webhook.asked.slice(before).map(([, { request }]) => request);
  assert.deepEqual(
    told.map(({ operation, name, dryRun, options }) => [operation, name, dryRun, options]),
    [
      ['CREATE', 'db', true, { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions', dryRun: ['All'] }],
      ['DELETE', 'lost', true, { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions', dryRun: ['All'] }],
      ['DELETE', 'lost', false, { apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' }],
    ],
  );
});
