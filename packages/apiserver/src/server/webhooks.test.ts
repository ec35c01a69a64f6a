import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { potDefinition, potVersion } from '../custom-resource/pot.sample.ts';
import { type Review, type TestWebhook, openWebhook } from '../webhook/webhook.sample.ts';
import { type Fields, openDefiningApi } from './defining-api.sample.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/home/configmaps';
const merge = 'application/merge-patch+json';

type Ask = Awaited<ReturnType<typeof openDefiningApi>>['ask'];

const everyMap = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

const hook = (webhook: TestWebhook, path: string, changes: object = {}): object => ({
  name: `${path.slice(1)}.hooks.example`,
  clientConfig: webhook.target(path),
  rules: [everyMap],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...changes,
});

async function configure(
  ask: Ask,
  kind: 'Mutating' | 'Validating',
  webhooks: readonly object[],
): Promise<void> {
  const metadata = { name: `hooks-${kind.toLowerCase()}` };
  await using witness = await openWebhook((_path, review) => answer(review));
  const isProbe = {
    failurePolicy: 'Ignore',
    matchConditions: [{ name: 'probe', expression: 'object != null && object.metadata.name == "probe"' }],
  };
  const made = await ask(`${group}/${kind.toLowerCase()}webhookconfigurations`, 'POST', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata,
    webhooks: [hook(witness, '/probe', isProbe), ...webhooks.map(unlessProbe)],
  });
  assert.equal(made.code, 201, JSON.stringify(made.json));
  // Configurations are followed by a watch.
  while (witness.asked.length === 0) {
    await ask(`${maps}?dryRun=All`, 'POST', map('probe'));
    await delay(10);
  }
}

const unlessProbe = (webhook: object): object => {
  const { matchConditions = [] } = webhook as { readonly matchConditions?: readonly object[] };
  const condition = { name: 'no-probe', expression: 'object == null || object.metadata.name != "probe"' };
  return { ...webhook, matchConditions: [...matchConditions, condition] };
};

const answer = ({ request: { uid } }: Review, response: object = { allowed: true }): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: { uid, ...response },
});

const patching = (...operations: readonly object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

const map = (name: string, data: object = { a: 'b' }): object => ({ metadata: { name }, data });

test('a mutating webhook changes what is created and updated, and a validating one sees the result', async () => {
  await using webhook = await openWebhook((path, review) =>
    answer(
      review,
      path === '/labels' && review.request['operation'] !== 'DELETE'
        ? patching({ op: 'add', path: '/metadata/labels', value: { hooked: 'yes' } })
        : { allowed: true, warnings: ['all is well'] },
    ),
  );
  await using api = await openDefiningApi();
  await configure(api.ask, 'Mutating', [hook(webhook, '/labels')]);
  await configure(api.ask, 'Validating', [hook(webhook, '/checks')]);
  const response = await fetch(api.url + maps, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(map('mint')),
  });
  const made = (await response.json()) as Fields;
  assert.deepEqual((made['metadata'] as Fields)['labels'], { hooked: 'yes' });
  assert.equal(response.headers.get('warning'), '299 - "all is well"');
  const [, { request }] = webhook.asked.find(([path]) => path === '/checks')!;
  assert.partialDeepStrictEqual(request, {
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'mint',
    namespace: 'home',
    operation: 'CREATE',
    userInfo: { username: 'gardener', groups: [] },
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { a: 'b' },
      metadata: { labels: { hooked: 'yes' } },
    },
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  });
  await api.ask(`${maps}/mint`, 'PATCH', { data: { a: 'c' } }, merge);
  await api.ask(`${maps}/mint`, 'DELETE');
  const operations = webhook.asked
    .filter(([path]) => path === '/checks')
    .map(([, review]) => review.request['operation']);
  assert.deepEqual(operations, ['CREATE', 'UPDATE', 'DELETE']);
});

test('a webhook that refuses a write is told of in the words of Kubernetes, and nothing is written', async () => {
  const status = { code: 403, reason: 'Forbidden', message: 'no maps today' };
  await using webhook = await openWebhook((_path, review) => {
    const { metadata } = review.request['object'] as { readonly metadata: Fields };
    return answer(review, { allowed: false, ...(metadata['name'] === 'mint' && { status }) });
  });
  await using api = await openDefiningApi();
  await configure(api.ask, 'Validating', [hook(webhook, '/never')]);
  const refused = await api.ask(maps, 'POST', map('mint'));
  assert.deepEqual(refused.json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'admission webhook "never.hooks.example" denied the request: no maps today',
    reason: 'Forbidden',
    code: 403,
  });
  const silent = await api.ask(maps, 'POST', map('sage'));
  assert.deepEqual(
    [silent.code, silent.json['message']],
    [400, 'admission webhook "never.hooks.example" denied the request without explanation'],
  );
  assert.deepEqual((await api.ask(maps)).json['items'], []);
});

test('a webhook that cannot be asked fails a write, unless its failures are ignored', async () => {
  await using webhook = await openWebhook((path, review) =>
    path === '/silent' ? undefined : { ...answer(review), response: { uid: 'other', allowed: true } },
  );
  for (const [path, changes, says] of [
    [
      '/gone',
      { clientConfig: { url: 'https://127.0.0.1:1/x' } },
      /failed to call webhook: Post "https:\/\/127.0.0.1:1\/x\?timeout=10s": .*ECONNREFUSED/,
    ],
    ['/silent', { timeoutSeconds: 1 }, /\?timeout=1s": context deadline exceeded$/],
    ['/wrong', {}, /: expected response\.uid=/],
    [
      '/inside',
      { clientConfig: { service: { name: 'hooks', namespace: 'home' } } },
      /Post "https:\/\/hooks\.home\.svc:443\/\?timeout=\d+s": service "hooks" not found/,
    ],
  ] as const) {
    await using api = await openDefiningApi();
    await configure(api.ask, 'Validating', [hook(webhook, path, changes)]);
    const failed = await api.ask(maps, 'POST', map('mint'));
    assert.deepEqual([failed.code, failed.json['reason']], [500, 'InternalError'], path);
    const begin = `Internal error occurred: failed calling webhook "${path.slice(1)}.hooks.example": `;
    assert.ok(String(failed.json['message']).startsWith(begin), String(failed.json['message']));
    assert.match(String(failed.json['message']), says);
    await using lenient = await openDefiningApi();
    await configure(lenient.ask, 'Validating', [
      hook(webhook, path, { ...changes, failurePolicy: 'Ignore' }),
    ]);
    assert.equal((await lenient.ask(maps, 'POST', map('mint'))).code, 201, path);
  }
});

test('a webhook behind a Service is asked there, if its certificate is valid for the Service', async () => {
  await using webhook = await openWebhook((_path, review) => answer(review, { allowed: false }));
  const { port } = webhook;
  const { caBundle } = webhook.target('/x');
  const behind = (name: string): object => ({
    clientConfig: { caBundle: caBundle!, service: { name, namespace: 'home', port, path: '/asked' } },
  });
  for (const [name, says] of [
    ['hooks', /^admission webhook "inside\.hooks\.example" denied the request/],
    ['hoax', /Host: hoax\.home\.svc\. is not in the cert's altnames/],
  ] as const) {
    await using api = await openDefiningApi();
    const spec = { type: 'ExternalName', externalName: 'localhost' };
    await api.ask('/api/v1/namespaces/home/services', 'POST', { metadata: { name }, spec });
    await configure(api.ask, 'Validating', [hook(webhook, '/inside', behind(name))]);
    const { json } = await api.ask(maps, 'POST', map('mint'));
    assert.match(String(json['message']), says);
  }
  assert.deepEqual(
    webhook.asked.map(([path]) => path),
    ['/asked'],
  );
});

test('webhooks of two configurations that have one name are both asked', async () => {
  await using webhook = await openWebhook((_path, review) => answer(review, { allowed: false }));
  await using api = await openDefiningApi();
  const clientConfig = { url: 'https://127.0.0.1:1/same' };
  const made = await api.ask(`${group}/validatingwebhookconfigurations`, 'POST', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'a' },
    webhooks: [hook(webhook, '/same', { clientConfig, failurePolicy: 'Ignore' })],
  });
  assert.equal(made.code, 201);
  await configure(api.ask, 'Validating', [hook(webhook, '/same')]);
  assert.equal((await api.ask(maps, 'POST', map('mint'))).code, 400);
  assert.equal(webhook.asked.length, 1);
});

test('a webhook is asked only of what its rules, selectors and conditions say', async () => {
  await using webhook = await openWebhook((_path, review) => answer(review));
  await using api = await openDefiningApi();
  const selector = (matchLabels: object): object => ({ matchLabels });
  const condition = (expression: string): object => ({ matchConditions: [{ name: 'c', expression }] });
  await configure(api.ask, 'Validating', [
    hook(webhook, '/updates', { rules: [{ ...everyMap, operations: ['UPDATE'] }] }),
    hook(webhook, '/secrets', { rules: [{ ...everyMap, resources: ['secrets'] }] }),
    hook(webhook, '/cluster', { rules: [{ ...everyMap, scope: 'Cluster' }] }),
    hook(webhook, '/status', { rules: [{ ...everyMap, resources: ['*/status'] }] }),
    hook(webhook, '/labelled', { objectSelector: selector({ hooked: 'yes' }) }),
    hook(webhook, '/elsewhere', { namespaceSelector: selector({ 'kubernetes.io/metadata.name': 'away' }) }),
    hook(webhook, '/mints', condition('object.metadata.name.startsWith("mint") && oldObject == null')),
    hook(webhook, '/others', condition('request.userInfo.username != "gardener"')),
    hook(webhook, '/all', { rules: [{ ...everyMap, resources: ['*'], apiGroups: ['*'] }] }),
  ]);
  await api.ask(maps, 'POST', map('mint'));
  const paths = (): readonly string[] => webhook.asked.map(([path]) => path).toSorted();
  assert.deepEqual(paths(), ['/all', '/mints']);
  await api.ask(`${maps}/mint`, 'PATCH', { metadata: { labels: { hooked: 'yes' } } }, merge);
  assert.deepEqual(paths().slice(-2), ['/mints', '/updates']);
  assert.ok(paths().includes('/labelled'));
  assert.ok(
    !paths().some((path) => ['/secrets', '/cluster', '/status', '/elsewhere', '/others'].includes(path)),
  );
  const configuration = `${group}/validatingwebhookconfigurations/hooks-validating`;
  const before = webhook.asked.length;
  assert.equal((await api.ask(configuration, 'DELETE')).code, 200);
  assert.equal(webhook.asked.length, before);
});

test('mutating webhooks are asked in order, and again if they want to see what later ones changed', async () => {
  await using webhook = await openWebhook((path, review) => {
    const { data } = review.request['object'] as { readonly data: Readonly<Record<string, string>> };
    const value = `${data['trace'] ?? ''}${path.slice(1)}`;
    return answer(review, patching({ op: 'add', path: '/data/trace', value }));
  });
  await using api = await openDefiningApi();
  await configure(api.ask, 'Mutating', [
    hook(webhook, '/a', { reinvocationPolicy: 'IfNeeded' }),
    hook(webhook, '/b'),
    hook(webhook, '/c', { reinvocationPolicy: 'IfNeeded' }),
  ]);
  const made = await api.ask(maps, 'POST', map('mint', { trace: '' }));
  assert.deepEqual(made.json['data'], { trace: 'abca' });
});

test('what webhooks make of an object is checked, and they are told of dry runs', async () => {
  await using webhook = await openWebhook((_path, review) =>
    answer(review, patching({ op: 'add', path: '/data/a', value: 5 })),
  );
  await using api = await openDefiningApi();
  await configure(api.ask, 'Mutating', [hook(webhook, '/numbers')]);
  const wrong = await api.ask(`${maps}?dryRun=All`, 'POST', map('mint'));
  assert.equal(wrong.code, 422, JSON.stringify(wrong.json));
  assert.equal(webhook.asked[0]![1].request['dryRun'], true);
});

test('a configuration that no webhook could follow is refused', async () => {
  await using webhook = await openWebhook((_path, review) => answer(review));
  await using api = await openDefiningApi();
  for (const changes of [
    { sideEffects: 'Some' },
    { timeoutSeconds: 31 },
    { admissionReviewVersions: ['v7'] },
    { clientConfig: {} },
    { clientConfig: { url: 'http://hooks.example' } },
    { matchConditions: [{ name: 'c', expression: 'nobody > 1' }] },
    { rules: [{ ...everyMap, operations: [] }] },
  ]) {
    const metadata = { name: 'hooks' };
    const webhooks = [hook(webhook, '/a', changes)];
    const made = await api.ask(`${group}/mutatingwebhookconfigurations`, 'POST', { metadata, webhooks });
    assert.equal(made.code, 422, JSON.stringify(changes));
  }
});

test('a webhook that knows another version of a kind sees the object in that one', async () => {
  await using webhook = await openWebhook((_path, review) =>
    answer(review, patching({ op: 'replace', path: '/spec/litres', value: 9 })),
  );
  await using api = await openDefiningApi();
  const { apiVersion, kind, spec } = potDefinition();
  const versions = ['v1', 'v2'].map((name) => ({ ...potVersion, name, storage: name === 'v1' }));
  await api.ask('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', {
    ...{ apiVersion, kind, metadata: { name: 'pots.garden.example' } },
    spec: { ...spec, versions },
  });
  const pots = '/apis/garden.example/v1/namespaces/home/pots';
  while ((await api.ask(pots)).code === 404) await delay(10);
  const rule = {
    operations: ['CREATE'],
    apiGroups: ['garden.example'],
    apiVersions: ['v2'],
    resources: ['pots'],
  };
  await configure(api.ask, 'Mutating', [
    hook(webhook, '/equivalent', { rules: [rule] }),
    hook(webhook, '/exact', { rules: [rule], matchPolicy: 'Exact' }),
  ]);
  const made = await api.ask(pots, 'POST', { metadata: { name: 'mint' }, spec: { clay: 'red' } });
  assert.deepEqual(
    [made.json['apiVersion'], made.json['spec']],
    ['garden.example/v1', { clay: 'red', litres: 9 }],
  );
  assert.deepEqual(
    webhook.asked.map(([path]) => path),
    ['/equivalent'],
  );
  assert.partialDeepStrictEqual(webhook.asked[0]![1].request, {
    kind: { version: 'v2' },
    requestKind: { version: 'v1' },
    object: { apiVersion: 'garden.example/v2' },
  });
});
