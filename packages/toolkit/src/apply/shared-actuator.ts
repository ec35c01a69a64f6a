import type { CallOptions, ObjectClient } from '../client/object-client.ts';
import { objectsOf } from '../client/kind-client.ts';
import type { Manifest } from '../codec/manifest.ts';
import { changesWithoutSecrets } from '../core/hide-secret.ts';
import { type FieldChange, diffFields } from '../diff/field-change.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { keyText, objectKey } from '../object/object-key.ts';
import type { LiveObject } from './actuator.ts';
import { appliedAnnotation, isBookkeeping } from './annotations.ts';
import { type Declared, declaredBy } from './declared-by.ts';
import { mergeDeclared } from './merge-declared.ts';
import { StoreActuator, type StoreActuatorOptions } from './store-actuator.ts';

/**
 * Applies objects of kinds whose controllers write into their specs too. What an author declares is compared and written,
 * and what others have written stays. An annotation keeps what was declared, so that what is declared no longer goes.
 */
export class SharedActuator extends StoreActuator {
  readonly #client: ObjectClient;
  readonly #kinds: StoreActuatorOptions['kinds'];

  constructor(client: ObjectClient, options: StoreActuatorOptions) {
    super(client, options);
    this.#client = client;
    this.#kinds = options.kinds;
  }

  async compare(
    wanted: readonly Manifest[],
    live: readonly LiveObject[],
  ): Promise<ReadonlyMap<string, readonly FieldChange[]>> {
    const byKey = new Map(live.map((object) => [keyText(objectKey(object)), object]));
    return new Map(
      wanted.flatMap((manifest) => {
        const id = keyText(objectKey(manifest));
        const object = byKey.get(id);
        if (!object) return [];
        const changes = diffFields(declaredBy(object), mergedWith(object, manifest));
        return [[id, changesWithoutSecrets(manifest, changes)] as const];
      }),
    );
  }

  override async create(manifest: Manifest, options: CallOptions): Promise<void> {
    await super.create(withApplied(manifest), options);
  }

  protected override written(wanted: Manifest, now: Manifest): Manifest {
    const { metadata, spec, ...content } = mergedWith(now, wanted);
    return {
      ...wanted,
      metadata: {
        ...wanted.metadata,
        labels: metadata.labels,
        annotations: {
          ...metadata.annotations,
          ...ownBookkeeping(wanted.metadata.annotations),
          ...appliedMark(wanted),
        },
      },
      spec,
      ...(wanted.content && { content }),
    };
  }

  /** An object whose owner is being deleted is left to its owner, who may need it until then. */
  override async remove(live: LiveObject, options: CallOptions): Promise<void> {
    for (const { kind, name, uid } of live.metadata.ownerReferences ?? []) {
      const known = this.#kinds.find((each) => each.kind === kind);
      const owner = known && (await this.#find(known, { ...live.metadata, name }, options));
      if (owner?.metadata.uid === uid && owner.metadata.deletionTimestamp !== undefined) return;
    }
    await super.remove(live, options);
  }

  async #find(
    kind: StoreActuatorOptions['kinds'][number],
    { namespace, name }: { readonly namespace: string; readonly name: string },
    options: CallOptions,
  ): Promise<KubeObject | undefined> {
    return await objectsOf(this.#client, kind).find({ namespace, name }, options);
  }
}

const mergedWith = (live: Manifest, wanted: Manifest): Declared =>
  mergeDeclared(declaredBy(live), lastApplied(live), declaredBy(wanted)) as Declared;

function lastApplied({ metadata }: Manifest): unknown {
  const { [appliedAnnotation]: text } = metadata.annotations;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // somebody has written into it
  }
}

const appliedMark = (manifest: Manifest): Readonly<Record<string, string>> => ({
  [appliedAnnotation]: JSON.stringify(declaredBy(manifest)),
});

const withApplied = (manifest: Manifest): Manifest => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    annotations: { ...manifest.metadata.annotations, ...appliedMark(manifest) },
  },
});

const ownBookkeeping = (annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => isBookkeeping(name)));
