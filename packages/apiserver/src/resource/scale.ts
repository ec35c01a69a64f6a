import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isRecord } from '../structural-schema/json-record.ts';
import { valuesAt } from '../json-path/json-path.ts';

/** Where an object says how many replicas it has, as JSONPath. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** How many replicas an object is to have, and has. */
interface Replicas {
  readonly wanted: number | undefined;
  readonly actual: number;
  /** Selects the replicas by their labels. */
  readonly selector?: string;
}

/** How the subresource `scale` reads and changes the objects of a kind. */
export interface Scaling {
  readonly replicasOf: (object: KubeObject) => Replicas;
  /**
   * Returns an object with the number of replicas that it is to have.
   * @throws ObjectError INVALID
   */
  readonly withReplicas: (object: KubeObject, replicas: number) => KubeObject;
}

/** Returns the scaling of a kind whose objects have their replicas in fields. */
export const scalingAt = (paths: ScalePaths): Scaling => ({
  replicasOf: (object) => replicasAt(object, paths),
  withReplicas: (object, replicas) =>
    withValueAt(object, paths.specReplicasPath.split('.').slice(1), replicas) as KubeObject,
});

function replicasAt(object: KubeObject, paths: ScalePaths): Replicas {
  const selector = paths.labelSelectorPath ? valuesAt(object, paths.labelSelectorPath)[0] : undefined;
  return {
    wanted: numberOf(valuesAt(object, paths.specReplicasPath)[0]),
    actual: numberOf(valuesAt(object, paths.statusReplicasPath)[0]) ?? 0,
    ...(typeof selector === 'string' && { selector }),
  };
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function withValueAt(value: unknown, names: readonly string[], wanted: unknown): unknown {
  const [name, ...below] = names;
  if (name === undefined) return wanted;
  const record = isRecord(value) ? value : {};
  return { ...record, [name]: withValueAt(record[name], below, wanted) };
}

/** Returns an object as the subresource `scale` shows it (Kubernetes: autoscaling/v1 Scale). */
export function scaleOf(object: KubeObject, scaling: Scaling): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, generation } = object.metadata;
  const { wanted, actual, selector } = scaling.replicasOf(object);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      ...{ name, namespace, uid, resourceVersion, creationTimestamp, generation },
      ...{ labels: {}, annotations: {}, finalizers: [] },
    },
    spec: wanted === undefined ? {} : { replicas: wanted },
    status: { replicas: actual, ...(selector !== undefined && { selector }) },
  };
}
