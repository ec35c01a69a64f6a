import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isRecord } from '../structural-schema/json-record.ts';
import { valuesAt } from '../json-path/json-path.ts';

/** Where an object says how many replicas it has, as JSONPath. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** Returns an object as the subresource `scale` shows it (Kubernetes: autoscaling/v1 Scale). */
export function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, generation } = object.metadata;
  const selector = paths.labelSelectorPath ? valuesAt(object, paths.labelSelectorPath)[0] : undefined;
  const replicas = valuesAt(object, paths.specReplicasPath)[0];
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      ...{ name, namespace, uid, resourceVersion, creationTimestamp, generation },
      ...{ labels: {}, annotations: {}, finalizers: [] },
    },
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: {
      replicas: numberOr0(valuesAt(object, paths.statusReplicasPath)[0]),
      ...(typeof selector === 'string' && { selector }),
    },
  };
}

const numberOr0 = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Returns an object with the number of replicas that its scale is to have. */
export const withReplicas = (object: KubeObject, replicas: number, paths: ScalePaths): KubeObject =>
  withValueAt(object, paths.specReplicasPath.split('.').slice(1), replicas) as KubeObject;

function withValueAt(value: unknown, names: readonly string[], wanted: unknown): unknown {
  const [name, ...below] = names;
  if (name === undefined) return wanted;
  const record = isRecord(value) ? value : {};
  return { ...record, [name]: withValueAt(record[name], below, wanted) };
}
