import { mutatedText, mutatedValue } from '../mutate.ts';
import type { Random } from '../random.ts';
import { sampleObjects } from '../targets/sample-objects.ts';
import type { Operation } from './operations.ts';
import { schemaValue } from './schema-value.ts';
import type { ApiRequest } from './served-api.ts';

const names = ['a', 'a', 'b', 'home', 'default', 'pots.fuzz.example', 'tins.fuzz.example'];
const oddNames = [
  ...[
    'A',
    'a%20b',
    'a%2Fb',
    '..',
    '%2e%2e',
    '%C3%A9',
    '%',
    '%ff',
    '%00',
    'x'.repeat(300),
    'a;b',
    'a.b',
    '__proto__',
  ],
  ...['constructor', '-', '%F0%9F%98%80', 'a%0Ab', '*', 'status', "a'b", 'a%3Fb', '%E2%80%AE'],
];
/** Good and bad values of parameters. */
const values: Readonly<Record<string, readonly string[]>> = {
  dryRun: ['All', 'All', 'None', ''],
  fieldManager: ['fuzz', 'other', 'x'.repeat(200), '%00'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'strict'],
  force: ['true', 'false', '1', 'perhaps'],
  limit: ['1', '0', '-1', '500', '99999999999', 'a'],
  continue: ['a', '%7B%7D', 'eyJyZXZpc2lvbiI6IjEiLCJhZnRlciI6WyJhIiwiYSJdfQ', ''],
  resourceVersion: ['0', '1', '2', '999', '99999999999999999999', '-1', 'a', ''],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'a', ''],
  sendInitialEvents: ['true', 'false', 'a'],
  watch: ['true', '1', 'false', 'a'],
  allowWatchBookmarks: ['true', 'false'],
  timeoutSeconds: ['1', '0', '-1', '9999999999', 'a'],
  labelSelector: ['a', '!a', 'a%3Db', 'a+in+(b,c)', 'a+notin+()', ',,', 'a%3D%3D', '%00', '((', 'a/b/c'],
  fieldSelector: [
    'metadata.name%3Da',
    'metadata.namespace!%3Dhome',
    'spec.plant%3Dmint',
    'a',
    'a%3Db%3Dc',
    '%3D',
  ],
  propagationPolicy: ['Background', 'Foreground', 'Orphan', 'a'],
  gracePeriodSeconds: ['0', '30', '-1', 'a'],
  pretty: ['true'],
  unknown: ['a'],
};
const accepts = [
  ...['application/json', 'application/json', '*/*', 'application/yaml', 'application/json;q=0.5, */*'],
  ...[
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  ],
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
];
const oddAccepts = ['text/html', ';;;=', 'a', ''];
const oddTypes = [
  'text/plain',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  '',
  ';',
  'application/xml',
];
const pointers = [
  '',
  '/',
  '/metadata',
  '/metadata/name',
  '/metadata/labels',
  '/metadata/labels/a',
  '/spec',
  '/data',
];
const morePointers = [
  '/metadata/uid',
  '/metadata/finalizers/-',
  '/spec/litres',
  '/~2',
  '/spec/herbs/0',
  '/__proto__',
];
const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'jump'];
const jsonWords = [
  '{"a":',
  '[',
  ']',
  '}',
  '"metadata":',
  'null',
  '1e400',
  '\\u0000',
  '\\ud800',
  '"kind":"Pot",',
];

/** Makes a request that the documents of an API describe: a good one, one that is nearly so, or a wild one. */
export function makeRequest(known: readonly Operation[], random: Random): ApiRequest {
  const first = random.pick(known);
  // What only reads is asked less, since there is little to find before something was written.
  const operation = first.method === 'GET' || first.method === 'DELETE' ? random.pick(known) : first;
  const name = random.pick(random.once(12) ? oddNames : names);
  const method = random.once(25)
    ? random.pick(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])
    : operation.method;
  const type = typeFor(operation, random);
  const body = bodyFor(operation, { type, name }, random);
  return {
    method,
    path: pathFor(operation, name, random) + queryFor(operation, random),
    headers: {
      accept: random.once(20) ? random.pick(oddAccepts) : random.pick(accepts),
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && method !== 'GET' && { body }),
  };
}

const pathFor = ({ path }: Operation, name: string, random: Random): string =>
  path
    .replace('{namespace}', () =>
      random.once(12) ? random.pick(oddNames) : random.pick(['home', 'home', 'home', 'home', 'nowhere']),
    )
    .replace('{name}', () => name);

function queryFor({ queries }: Operation, random: Random): string {
  const asked = [...queries, 'pretty', 'unknown'].filter(() => random.once(6));
  if (random.once(30)) asked.push(...asked);
  if (random.once(40)) asked.push(...Object.keys(values).filter(() => random.once(4)));
  const parts = asked.map((name) => `${name}=${random.pick(values[name] ?? ['a'])}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function typeFor({ types }: Operation, random: Random): string {
  if (random.once(15)) return random.pick(oddTypes);
  const type = types.length === 0 ? '*/*' : random.pick(types);
  if (type !== '*/*') return type;
  return random.once(8) ? 'application/yaml' : 'application/json';
}

/** What a body is about: the name in the path, and the media type. */
interface About {
  readonly type: string;
  readonly name: string;
}

function bodyFor(operation: Operation, about: About, random: Random): string | undefined {
  if (operation.types.length === 0 && !random.once(operation.method === 'DELETE' ? 3 : 30)) return undefined;
  if (random.once(40))
    return random.pick(['', 'null', '[]', '"a"', '['.repeat(20_000), '{"a":'.repeat(5_000)]);
  let content = contentFor(operation, about, random);
  if (random.once(2))
    for (let times = random.below(3); times >= 0; times -= 1) content = mutatedValue(content, random);
  const text = JSON.stringify(content) ?? 'null';
  return random.once(12) ? mutatedText([text], jsonWords, random) : text;
}

function contentFor(operation: Operation, { type, name }: About, random: Random): unknown {
  if (operation.method === 'DELETE') return deleteOptions(random);
  if (type === 'application/json-patch+json')
    return Array.from({ length: 1 + random.below(3) }, () => jsonOperation(random));
  return objectFor(operation, name, random);
}

const deleteOptions = (random: Random): object => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  ...(random.once(2) && { propagationPolicy: random.pick(values['propagationPolicy']!) }),
  ...(random.once(3) && { preconditions: { uid: random.pick(['a', '']), resourceVersion: '1' } }),
  ...(random.once(4) && { dryRun: ['All'] }),
});

const jsonOperation = (random: Random): object => ({
  op: random.pick(operations),
  path: random.pick(random.once(4) ? morePointers : pointers),
  ...(random.once(3) && { from: random.pick(pointers) }),
  ...(!random.once(6) && { value: random.pick<unknown>(['a', 1, null, { a: 'b' }, ['a'], 'mint', {}]) }),
});

/** Returns an object of the kind: a sample, or one that is made from the schema. */
function objectFor({ apiVersion, kind, schema, schemas }: Operation, name: string, random: Random): object {
  const samples = sampleObjects.filter((each) => 'kind' in each && each.kind === kind);
  const sample = samples.length > 0 && random.once(2) ? random.pick(samples) : undefined;
  const made = sample ?? (schemaValue(schema, schemas, random) as object);
  const metadata = {
    ...(random.once(6) ? { generateName: 'a-' } : { name: random.once(10) ? random.pick(names) : name }),
    ...(random.once(4) && { labels: { a: 'b' } }),
    ...(random.once(6) && { annotations: { a: 'b' } }),
    ...(random.once(8) && { finalizers: ['fuzz.example/kept'] }),
    ...(random.once(8) && { namespace: 'home' }),
    ...(random.once(8) && { resourceVersion: random.pick(['1', '2', '']) }),
    ...(random.once(10) && {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'a', controller: true }],
    }),
    ...(random.once(10) && (schemaValue({ $ref: metadataName }, schemas, random) as object)),
  };
  return { ...made, apiVersion, kind, metadata };
}

const metadataName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
