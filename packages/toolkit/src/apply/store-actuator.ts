import { type KindClient, type KindKey, type KindResource, objectsOf } from '../client/kind-client.ts';
import type { CallOptions, ObjectClient } from '../client/object-client.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';
import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { objectKey } from '../object/object-key.ts';
import type { Actuator, Effect, Health, LiveObject } from './actuator.ts';
import { checkNamespaceOf } from './check-namespace.ts';
import { namespaceInUse } from './namespace-in-use.ts';

export interface StoreActuatorOptions {
  readonly kinds: readonly KindResource[];
  /** The kinds whose objects no namespace takes with it. */
  readonly keepingNamespace?: readonly KindResource[];
  readonly effectOf?: (kind: string, change: FieldChange) => Effect;
  readonly healthOf?: (object: KubeObject) => Health;
}

/** Applies objects by writing them, so that controllers find them. */
export class StoreActuator implements Actuator {
  readonly #client: ObjectClient;
  readonly #options: StoreActuatorOptions;

  constructor(client: ObjectClient, options: StoreActuatorOptions) {
    this.#client = client;
    this.#options = options;
  }

  async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    const healthOf = this.#options.healthOf ?? (() => ({ state: 'Healthy' as const }));
    const lists = await Promise.all(this.#options.kinds.map((kind) => this.#client.list(kind, { signal })));
    return lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((object) => ({ ...liveObject(object, healthOf(object)), ...this.#keeping(object) }));
  }

  effectOf(kind: string, change: FieldChange): Effect {
    return this.#options.effectOf?.(kind, change) ?? 'live';
  }

  async create(manifest: Manifest, { signal }: CallOptions): Promise<void> {
    await checkNamespaceOf(manifest, this.#client, { signal });
    const { kind, metadata, ...wanted } = manifest;
    const { name, namespace, labels, annotations } = metadata;
    try {
      const object = { metadata: { name, namespace, labels, annotations }, ...bodyOf(wanted) };
      await this.#of(kind).create(object, { signal });
    } catch (failure) {
      // An earlier run that was cut short has created it, unless it cannot be read.
      if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
      await this.#of(kind).get({ name, namespace }, { signal });
    }
  }

  async change(
    live: LiveObject,
    wanted: Manifest,
    _changes: readonly FieldChange[],
    { signal }: CallOptions,
  ): Promise<void> {
    const changed = (now: KubeObject): KubeObject => {
      const { apiVersion, kind, metadata, spec, status } = now;
      const written = this.written(wanted, manifestOf(now));
      const { labels, annotations } = written.metadata;
      return {
        apiVersion,
        kind,
        metadata: { ...metadata, labels, annotations },
        ...bodyOf(kind === 'Namespace' ? withFinalizersOf(spec, written) : written),
        ...(status !== undefined && { status }),
      };
    };
    await this.#of(live.kind).modify(keyOf(live), changed, { signal });
  }

  /** Pure. Returns what is written of a manifest over what the object is at that moment. */
  protected written(wanted: Manifest, _now: Manifest): Manifest {
    return wanted;
  }

  async replace(live: LiveObject, wanted: Manifest, op: CallOptions): Promise<void> {
    await this.remove(live, op);
    await this.create(wanted, op);
  }

  async remove(live: LiveObject, { signal }: CallOptions): Promise<void> {
    if (live.kind === 'Namespace') await this.#checkEmpty(live.metadata.name, { signal });
    try {
      await this.#of(live.kind).delete(keyOf(live), { signal });
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
  }

  /** @throws CodedError NAMESPACE_IN_USE */
  async #checkEmpty(namespace: string, { signal }: CallOptions): Promise<void> {
    const kinds = this.#options.keepingNamespace ?? [];
    const lists = await Promise.all(kinds.map((kind) => this.#client.list(kind, { namespace, signal })));
    const staying = lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (staying.length > 0) throw namespaceInUse(namespace, staying.map(objectKey));
  }

  #keeping({ kind }: KubeObject): Pick<LiveObject, 'keepsNamespace'> {
    return this.#options.keepingNamespace?.some((each) => each.kind === kind) ? { keepsNamespace: true } : {};
  }

  #of(kind: string): KindClient<KubeObject> {
    return objectsOf(
      this.#client,
      this.#options.kinds.find((each) => each.kind === kind)!,
    );
  }
}

const liveObject = (object: KubeObject, health: Health): LiveObject => ({
  ...manifestOf(object),
  ...(object.kind === 'Namespace' && { assigned: assignedToNamespace }),
  health,
});

function manifestOf({ apiVersion, kind, metadata, spec, status, ...content }: KubeObject) {
  const hasContent = Object.keys(content).length > 0;
  return { apiVersion, kind, metadata, spec, status, ...(hasContent && { content }) };
}

/** What the server gives every namespace. */
const assignedToNamespace = ['/metadata/labels/kubernetes.io~1metadata.name', '/spec', '/spec/finalizers'];

/** Pure. Returns a namespace that is removed only after those who must clean up, unless its author names them. */
const withFinalizersOf = (spec: unknown, wanted: Manifest): Manifest => ({
  ...wanted,
  spec: { ...(spec as object | undefined), ...(wanted.spec as object | undefined) },
});

/** Everything that a manifest declares of an object beside its metadata. */
const bodyOf = ({
  spec,
  content,
}: Pick<Manifest, 'spec' | 'content'>): Readonly<Record<string, unknown>> => ({
  ...content,
  ...(spec !== undefined && { spec }),
});

const keyOf = ({ metadata: { namespace, name } }: LiveObject): KindKey => ({ namespace, name });
