import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { informerKey } from '@ignite/toolkit/controller/informer';
import { labels } from '../contract/names.ts';

/** The objects of one kind as they were last seen, which are found by their Cluster too. */
export class CachedKind {
  readonly #objects = new Map<string, KubeObject>();
  readonly #byCluster = new Map<string, Map<string, KubeObject>>();

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  ofCluster(key: string): readonly KubeObject[] {
    return [...(this.#byCluster.get(key)?.values() ?? [])];
  }

  /** Takes an object, unless a newer state of it is known. */
  put(object: KubeObject): void {
    const key = informerKey(object);
    const known = this.#objects.get(key);
    if (known && isOlder(object, known)) return;
    this.remove(key);
    this.#objects.set(key, object);
    const cluster = clusterKeyOf(object);
    if (cluster === undefined) return;
    const ofCluster = this.#byCluster.get(cluster) ?? new Map<string, KubeObject>();
    this.#byCluster.set(cluster, ofCluster.set(key, object));
  }

  remove(key: string): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#objects.delete(key);
    const cluster = clusterKeyOf(old);
    if (cluster === undefined) return;
    const ofCluster = this.#byCluster.get(cluster);
    ofCluster?.delete(key);
    if (ofCluster?.size === 0) this.#byCluster.delete(cluster);
  }
}

/** Pure. Returns the key of the Cluster that an object belongs to. */
export function clusterKeyOf({ metadata: { namespace, labels: all } }: KubeObject): string | undefined {
  const name = all[labels.cluster];
  return name === undefined ? undefined : `${namespace}/${name}`;
}

/**
 * Tells whether an object is an older state of another one. Versions of Kubernetes and of our stores are numbers that
 * grow; where they are not, nothing is known.
 */
function isOlder({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const areNumbers = [a, b].every(({ resourceVersion }) => /^\d+$/.test(resourceVersion));
  return a.uid === b.uid && areNumbers && BigInt(a.resourceVersion) < BigInt(b.resourceVersion);
}
