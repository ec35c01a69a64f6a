import { mapConcurrent } from '../async/map-concurrent.ts';
import type { Operation } from '../async/operation.ts';
import type { ObjectKey as ServedKey } from '../client/group-version-resource.ts';
import { ApiConnection } from '../client/over-http/api-connection.ts';
import { HttpObjectClient } from '../client/over-http/http-object-client.ts';
import type { ServerAccess } from '../client/over-http/server-access.ts';
import { type ServedResource, ServedResources } from '../client/over-http/served-resources.ts';
import { ObjectError } from '../client/object-error.ts';
import type { NewObject } from '../client/object-client.ts';
import type { Clock } from '../clock/clock.ts';
import type { Manifest } from '../codec/manifest.ts';
import { changesWithoutSecrets } from '../core/hide-secret.ts';
import { type FieldChange, diffFields, pointerNames, valueAt } from '../diff/field-change.ts';
import { CodedError, hasCode } from '../errors/coded-error.ts';
import { contentOf } from '../object/content.ts';
import { groupKindOf, groupKindText, parseGroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { type ObjectKey, keyText, objectKey } from '../object/object-key.ts';
import type { Actuator, Effect, LiveObject, SyncEvent } from './actuator.ts';
import { policyOf } from './annotations.ts';
import { declaredBy } from './declared-by.ts';
import { declaredScope } from './declared-scope.ts';
import { diffDeclared } from './diff-declared.ts';
import { objectHealth } from './object-health.ts';

/** The name under which the server notes which fields are ours. */
const manager = 'gitops.weave.works';
/** The number of requests at once. */
const concurrency = 8;
/** The time in which an object must be gone before its successor is created, in milliseconds. */
const goneMs = 60_000;
/** The time after which a kind that has just been defined is served, in milliseconds. */
const servedMs = 10_000;
const pollMs = 500;
const definitions = 'CustomResourceDefinition.apiextensions.k8s.io';

/**
 * Applies objects of all kinds to a Kubernetes API server. Which kinds there are, what their defaults are and which
 * fields belong to others, the server knows: it is asked what it would change (Kubernetes: server-side apply, dry run).
 */
export class ServerActuator implements Actuator, Disposable {
  readonly #connection: ApiConnection;
  readonly #objects: HttpObjectClient;
  readonly #resources: ServedResources;
  readonly #clock: Clock;
  #hasDefined = false;
  /** The objects of which the server has refused a change that needs a new object, by `keyText`. */
  readonly #immutable = new Set<string>();

  constructor(access: ServerAccess, clock: Clock) {
    this.#connection = new ApiConnection(access);
    this.#objects = new HttpObjectClient(access);
    this.#resources = new ServedResources(this.#connection);
    this.#clock = clock;
  }

  /** Gives each manifest that names no namespace the usual one, if its kind has namespaces. */
  async complete(wanted: readonly Manifest[], signal: AbortSignal): Promise<readonly Manifest[]> {
    return await mapConcurrent(wanted, concurrency, async (manifest) => {
      const declared = declaredScope(manifest, wanted);
      const isNamespaced =
        declared ?? (await this.#find(manifest, signal))?.isNamespaced ?? manifest.metadata.namespace !== '';
      const namespace = isNamespaced ? manifest.metadata.namespace || 'default' : '';
      return { ...manifest, metadata: { ...manifest.metadata, namespace } };
    });
  }

  async observe(signal: AbortSignal, keys: readonly ObjectKey[] = []): Promise<readonly LiveObject[]> {
    const unique = new Map(keys.map((key) => [keyText(key), key]));
    const found = await mapConcurrent([...unique.values()], concurrency, async (key) => {
      const { group, kind } = parseGroupKind(key.kind);
      const resource = await this.#resources.preferred(group, kind, signal);
      return resource && (await this.#get({ ...resource, ...placeOf(key, resource) }, signal));
    });
    return found.flatMap((object) => (object ? liveObject(object) : []));
  }

  async compare(
    wanted: readonly Manifest[],
    live: readonly LiveObject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly FieldChange[]>> {
    const byKey = new Map(live.map((object) => [keyText(objectKey(object)), object]));
    const compared = await mapConcurrent(wanted, concurrency, async (manifest) => {
      const id = keyText(objectKey(manifest));
      const object = byKey.get(id);
      if (!object || object.isLeaving) return [];
      const changes = await this.#compare(manifest, object, signal);
      return [[id, changesWithoutSecrets(manifest, changes)] as const];
    });
    return new Map(compared.flat());
  }

  effectOf(_kind: string, _change: FieldChange, live: LiveObject): Effect {
    return this.#immutable.has(keyText(objectKey(live))) ? 'replace' : 'live';
  }

  async create(wanted: Manifest, { signal }: Operation<SyncEvent>): Promise<void> {
    await this.#apply(wanted, undefined, signal);
  }

  async change(
    live: LiveObject,
    wanted: Manifest,
    _changes: readonly FieldChange[],
    { signal }: Operation<SyncEvent>,
  ): Promise<void> {
    await this.#apply(wanted, live, signal);
  }

  async replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void> {
    await this.remove(live, op);
    const resource = await this.#served(wanted, op.signal);
    const key = { ...resource, ...placeOf(objectKey(live), resource) };
    const end = this.#clock.now() + goneMs;
    while ((await this.#get(key, op.signal))?.metadata.uid === live.metadata.uid) {
      if (this.#clock.now() >= end)
        throw new CodedError(
          'OBJECT_STAYS',
          `${keyText(objectKey(live))} is not gone after ${goneMs / 1_000} s`,
          {
            hint: 'see which finalizers it has',
          },
        );
      await this.#clock.sleep(pollMs, op.signal);
    }
    await this.create(wanted, op);
    this.#immutable.delete(keyText(objectKey(live)));
  }

  async remove(live: LiveObject, { signal }: Operation<SyncEvent>): Promise<void> {
    const resource = await this.#served(live, signal);
    const { uid } = live.metadata;
    try {
      await this.#objects.delete(
        { ...resource, ...placeOf(objectKey(live), resource) },
        { preconditions: { uid }, propagationPolicy: 'Background', signal },
      );
    } catch (failure) {
      // Another object of this name is not the one that was to go.
      if (!hasCode(failure, 'NOT_FOUND') && !hasCode(failure, 'CONFLICT')) throw failure;
    }
  }

  [Symbol.dispose](): void {
    this.#objects[Symbol.dispose]();
    this.#connection[Symbol.dispose]();
  }

  async #compare(wanted: Manifest, live: LiveObject, signal: AbortSignal): Promise<readonly FieldChange[]> {
    const resource = await this.#served(wanted, signal);
    const key = { ...resource, ...placeOf(objectKey(wanted), resource) };
    // The same object looks different in another version.
    const now =
      live.apiVersion === wanted.apiVersion ? live : liveObject(await this.#objects.get(key, { signal }));
    try {
      const next = await this.#objects.apply(key, asObject(wanted, now), { manager, dryRun: true, signal });
      return differences(now, liveObject(next));
    } catch (failure) {
      if (!(failure instanceof ObjectError) || !refusals.includes(failure.code)) throw failure;
      if (isImmutable(failure)) this.#immutable.add(keyText(objectKey(live)));
      // What applying it really answers is then the result of the object.
      const declared = diffDeclared(declaredBy(now), declaredBy(wanted));
      return declared.length > 0 ? declared : [{ path: '/spec', from: now.spec, to: wanted.spec }];
    }
  }

  async #apply(wanted: Manifest, live: LiveObject | undefined, signal: AbortSignal): Promise<void> {
    const resource = await this.#served(wanted, signal);
    const key = { ...resource, ...placeOf(objectKey(wanted), resource) };
    await this.#objects.apply(key, asObject(wanted, live), { manager, signal });
    if (wanted.kind === definitions) this.#hasDefined = true;
  }

  async #get(key: ServedKey, signal: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await this.#objects.get(key, { signal });
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    }
  }

  async #find(
    { apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>,
    signal: AbortSignal,
  ): Promise<ServedResource | undefined> {
    return await this.#resources.find(apiVersion, parseGroupKind(kind).kind, signal);
  }

  /** @throws CodedError KIND_NOT_SERVED */
  async #served(
    manifest: Pick<Manifest, 'apiVersion' | 'kind'>,
    signal: AbortSignal,
  ): Promise<ServedResource> {
    const known = await this.#find(manifest, signal);
    if (known) return known;
    const end = this.#clock.now() + (this.#hasDefined ? servedMs : 0);
    for (;;) {
      this.#resources.forget();
      const found = await this.#find(manifest, signal);
      if (found) return found;
      if (this.#clock.now() >= end) break;
      await this.#clock.sleep(pollMs, signal);
    }
    const { kind } = parseGroupKind(manifest.kind);
    throw new CodedError('KIND_NOT_SERVED', `the cluster has no kind ${kind} in ${manifest.apiVersion}`, {
      hint: 'apply its CustomResourceDefinition first, or correct the manifest',
    });
  }
}

/** The answers of a server that does not take an object as it is. */
const refusals: readonly string[] = ['INVALID', 'BAD_REQUEST', 'FORBIDDEN'];

const isImmutable = ({ code, message }: ObjectError): boolean =>
  code === 'INVALID' &&
  /immutable|may not change|updates to .* are forbidden|may not be changed/i.test(message);

const placeOf = (
  { namespace, name }: ObjectKey,
  { isNamespaced }: ServedResource,
): { readonly namespace?: string; readonly name: string } => (isNamespaced ? { namespace, name } : { name });

/** Fields that the author has others decide are applied as they are, so that they are neither changed nor given up. */
function asObject(wanted: Manifest, live: LiveObject | undefined): NewObject {
  const { apiVersion, kind, metadata, spec, content } = wanted;
  const { name, namespace, labels, annotations } = metadata;
  const object = {
    ...content,
    apiVersion,
    kind: parseGroupKind(kind).kind,
    metadata: { name, ...(namespace !== '' && { namespace }), labels, annotations },
    ...(spec !== undefined && { spec }),
  };
  const { policy } = policyOf(annotations, { drift: 'repair', replace: 'forbidden' });
  if (!live || policy.ignore.length === 0) return object;
  const copy = structuredClone(object);
  const now = { ...live.content, spec: live.spec, metadata: live.metadata };
  for (const pointer of policy.ignore) setAt(copy, pointerNames(pointer), valueAt(now, pointer));
  return copy;
}

/** Sets what is at a path of names, where there is something around it. */
function setAt(tree: unknown, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined || typeof tree !== 'object' || tree === null) return;
  const fields = tree as Record<string, unknown>;
  if (rest.length > 0) setAt(fields[name], rest, value);
  else if (value === undefined) Reflect.deleteProperty(fields, name);
  else fields[name] = value;
}

function liveObject(object: KubeObject): LiveObject {
  const { apiVersion, metadata, spec, status } = object;
  const kind = groupKindText(groupKindOf(object));
  return {
    apiVersion,
    kind,
    metadata,
    spec,
    status,
    content: contentOf(object),
    health: objectHealth(object),
    ...([definitions, 'Namespace'].includes(kind) && { takesOthers: true }),
    ...(metadata.deletionTimestamp !== undefined && { isLeaving: true }),
  };
}

const differences = (from: LiveObject, to: LiveObject): readonly FieldChange[] =>
  diffFields(declaredBy(from), declaredBy(to));
