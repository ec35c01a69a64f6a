import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1ConfigMap,
  V1MicroTime,
  makeInformer,
  setHeaderOptions,
} from '@kubernetes/client-node';

/** What a program does that uses the client library of Kubernetes for JavaScript. It prints what it sees. */
const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const leases = config.makeApiClient(CoordinationV1Api);
const namespace = 'tour';
const say = (...words: readonly unknown[]): void => console.log(JSON.stringify(words));

/** Returns what became of a call: its result, or the code of the failure and the message of the server. */
async function outcome<T>(call: Promise<T>): Promise<T | Failure> {
  try {
    return await call;
  } catch (failure) {
    if (!(failure instanceof ApiException)) throw failure;
    const body: unknown = typeof failure.body === 'string' ? JSON.parse(failure.body) : failure.body;
    return [failure.code, (body as { readonly message: string }).message];
  }
}

type Failure = readonly [code: number, message: string];

const isFailure = (answer: unknown): answer is Failure => Array.isArray(answer);

const map = (name: string, data: Readonly<Record<string, string>>): V1ConfigMap => ({
  metadata: { name, labels: { tour: 'yes' } },
  data,
});

await core.createNamespace({ body: { metadata: { name: namespace } } });
while ((await core.listNamespace({ fieldSelector: `metadata.name=${namespace}` })).items.length === 0);

// An informer tells each change in order, and knows in the end what a list tells.
const listed = async () => await core.listNamespacedConfigMap({ namespace, labelSelector: 'tour=yes' });
const informer = makeInformer<V1ConfigMap>(
  config,
  `/api/v1/namespaces/${namespace}/configmaps`,
  listed,
  'tour=yes',
);
const seen: string[] = [];
let notify = (): void => {};
for (const verb of ['add', 'update', 'delete'] as const)
  informer.on(verb, ({ metadata, data }) => {
    seen.push(`${verb} ${metadata?.name} ${JSON.stringify(data ?? {})}`);
    notify();
  });
informer.on('error', () => void setTimeout(() => void informer.start(), 100));
const until = async (isReached: () => boolean): Promise<void> => {
  while (!isReached()) await new Promise<void>((resolve) => (notify = resolve));
};
await core.createNamespacedConfigMap({ namespace, body: map('first', { a: '1' }) });
await informer.start();
await until(() => seen.length === 1);
await core.createNamespacedConfigMap({ namespace, body: map('second', { a: '1' }) });
const read = await core.readNamespacedConfigMap({ namespace, name: 'first' });
read.data = { a: '2' };
await core.replaceNamespacedConfigMap({ namespace, name: 'first', body: read });
await core.deleteNamespacedConfigMap({ namespace, name: 'second' });
await until(() => seen.length === 4);
say('informer', seen);
say('stale', await outcome(core.replaceNamespacedConfigMap({ namespace, name: 'first', body: read })));

// A revision that the server does not know any more makes the informer list again.
await core.createNamespacedConfigMap({ namespace, body: map('third', { a: '1' }) });
await until(() => seen.length === 5);
const old = informer as unknown as { resourceVersion: string };
await informer.stop();
await core.deleteNamespacedConfigMap({ namespace, name: 'third' });
old.resourceVersion = '1';
await informer.start();
await until(() => seen.some((each) => each.startsWith('delete third')));
say(
  'listed again',
  informer.list().map(({ metadata }) => metadata?.name),
);
await informer.stop();

// All kinds of patches.
const patched = async (type: PatchStrategy, body: object, more: object = {}) => {
  const request = { namespace, name: 'first', body, fieldManager: 'tourist', ...more };
  const answer = await outcome(
    core.patchNamespacedConfigMap(request, setHeaderOptions('Content-Type', type)),
  );
  say(type, isFailure(answer) ? answer : [answer.data, answer.metadata?.labels]);
};
await patched(PatchStrategy.JsonPatch, [
  { op: 'test', path: '/data/a', value: '2' },
  { op: 'add', path: '/data/b', value: '3' },
]);
await patched(PatchStrategy.MergePatch, { data: { a: null, c: '4' } });
await patched(PatchStrategy.StrategicMergePatch, { metadata: { labels: { more: 'yes' } } });
const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first' }, data: { c: '5' } };
await patched(PatchStrategy.ServerSideApply, applied, { fieldManager: 'other' });
await patched(PatchStrategy.ServerSideApply, applied, { fieldManager: 'other', force: true });

// The library has no leader election. Its calls of leases let one of two win.
const name = 'leader';
const lease = (holderIdentity: string) => ({
  metadata: { name },
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: new V1MicroTime() },
});
const won = await Promise.all(
  ['one', 'two'].map(async (holder) => {
    const answer = await outcome(leases.createNamespacedLease({ namespace, body: lease(holder) }));
    return isFailure(answer) ? answer.join(' ') : 'won';
  }),
);
say('elected', won.toSorted());
const held = await Promise.all(
  ['three', 'four'].map(async (holder) => ({
    holder,
    body: await leases.readNamespacedLease({ namespace, name }),
  })),
);
const takers = await Promise.all(
  held.map(async ({ holder, body }) => {
    body.spec!.holderIdentity = holder;
    body.spec!.renewTime = new V1MicroTime();
    const answer = await outcome(leases.replaceNamespacedLease({ namespace, name, body }));
    return isFailure(answer) ? answer.join(' ') : 'took over';
  }),
);
say('taken over', takers.toSorted());

// Objects of any kind, lists in pages, and what is not there.
const objects = KubernetesObjectApi.makeApiClient(config);
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace },
  stringData: { a: 'b' },
};
say(
  'secret',
  ((await objects.create(secret as KubernetesObject)) as unknown as typeof secret & { data: object }).data,
);
for (const each of ['page-1', 'page-2', 'page-3'])
  await core.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: each, labels: { pages: 'yes' } } },
  });
const pages: string[] = [];
let next: string | undefined;
do {
  const page = await core.listNamespacedConfigMap({
    ...{ namespace, labelSelector: 'pages=yes', limit: 2 },
    ...(next !== undefined && { _continue: next }),
  });
  pages.push(page.items.map(({ metadata }) => metadata?.name).join(' '));
  next = page.metadata?._continue;
} while (next);
say('pages', pages);
say('missing', await outcome(core.readNamespacedConfigMap({ namespace, name: 'nothing' })));
const wrong = await outcome(
  core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a/b' } } }),
);
say('wrong', isFailure(wrong) ? wrong[0] : wrong);
const deleted = await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'pages=yes' });
say(
  'deleted',
  deleted.kind,
  (await core.listNamespacedConfigMap({ namespace, labelSelector: 'pages=yes' })).items,
);
await core.deleteNamespace({ name: namespace });
// The library may be about to open a watch again that was stopped.
process.exit();
