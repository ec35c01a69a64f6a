import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { informerKey } from '@ignite/toolkit/controller/informer';
import { labels } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';

/** How many of the objects that have gone are remembered: more than those of which an answer is still under way. */
const mostGone = 4_096;

/** The objects of one kind as they were last seen, which are found by their Cluster and by what controls them too. */
export class CachedKind {
  /** The uids of objects that have gone, the oldest first. An answer that was late would bring them back. */
  readonly #gone = new Set<string>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #byCluster = new Map<string, Map<string, KubeObject>>();
  readonly #byController = new Map<string, Map<string, KubeObject>>();

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  ofCluster(key: string): readonly KubeObject[] {
    return [...(this.#byCluster.get(key)?.values() ?? [])];
  }

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): readonly KubeObject[] {
    return [...this.#objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  controlledBy(uid: string): readonly KubeObject[] {
    return [...(this.#byController.get(uid)?.values() ?? [])];
  }

  /** Takes an object, unless it has gone or something newer of its name is known. */
  put(object: KubeObject): void {
    const key = informerKey(object);
    const known = this.#objects.get(key);
    if (this.#gone.has(object.metadata.uid)) return;
    if (known && isOlder(object, known.metadata)) return;
    this.#drop(key);
    this.#objects.set(key, object);
    for (const [index, group] of this.#groupsOf(object)) {
      const members = index.get(group) ?? new Map<string, KubeObject>();
      index.set(group, members.set(key, object));
    }
  }

  /** Removes an object for good. Another one of its name stays. */
  remove(object: KubeObject): void {
    const { uid } = object.metadata;
    const key = informerKey(object);
    this.#gone.add(uid);
    if (this.#gone.size > mostGone) this.#gone.delete(this.#gone.values().next().value!);
    if (this.#objects.get(key)?.metadata.uid === uid) this.#drop(key);
  }

  /** Returns the objects that are missing from a list of all, made at a later version of the store than theirs. */
  lost(isListed: (key: string) => boolean, resourceVersion: string): readonly KubeObject[] {
    return [...this.#objects]
      .filter(([key, object]) => !isListed(key) && isOlder(object, { resourceVersion }))
      .map(([, object]) => object);
  }

  #drop(key: string): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    for (const [index, group] of this.#groupsOf(old)) {
      const members = index.get(group);
      members?.delete(key);
      if (members?.size === 0) index.delete(group);
    }
  }

  /** Returns the groups by which an object is found. */
  #groupsOf(
    object: KubeObject,
  ): readonly (readonly [index: Map<string, Map<string, KubeObject>>, group: string])[] {
    const [cluster, controller] = [clusterKeyOf(object), controllerOf(object)?.uid];
    return [
      ...(cluster === undefined ? [] : [[this.#byCluster, cluster] as const]),
      ...(controller === undefined ? [] : [[this.#byController, controller] as const]),
    ];
  }
}

/** Pure. Returns the key of the Cluster that an object belongs to. */
export function clusterKeyOf({ metadata: { namespace, labels: all } }: KubeObject): string | undefined {
  const name = all[labels.cluster];
  return name === undefined ? undefined : `${namespace}/${name}`;
}

/**
 * Tells whether an object is older than a version of its store. Versions of Kubernetes and of our stores are numbers that
 * grow; where they are not, nothing is known.
 */
function isOlder(
  { metadata }: KubeObject,
  { resourceVersion }: { readonly resourceVersion: string },
): boolean {
  const versions = [metadata.resourceVersion, resourceVersion];
  if (!versions.every((version) => /^\d+$/.test(version))) return false;
  const [own, other] = versions.map(BigInt);
  return own! < other!;
}
