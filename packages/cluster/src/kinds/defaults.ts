import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { annotations, labels } from '../contract/names.ts';

interface Wanted {
  readonly clusterName?: string;
  readonly replicas?: number;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly template?: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly [field: string]: unknown;
  };
}

/** Pure. Gives an object the label of its Cluster, by which all that belongs to a Cluster is found. */
export function withClusterLabel(object: KubeObject): KubeObject {
  const { clusterName } = specOf(object);
  if (typeof clusterName !== 'string' || clusterName === '') return object;
  return labelled(object, { [labels.cluster]: clusterName });
}

/** Pure. Gives the template of a MachineSet or MachineDeployment the label of the Cluster. */
export function withTemplateLabels(object: KubeObject): KubeObject {
  const spec = specOf(object);
  if (typeof spec.clusterName !== 'string' || typeof spec.template !== 'object') return object;
  const { template } = spec;
  const all = { ...template.metadata?.labels, [labels.cluster]: spec.clusterName };
  return withClusterLabel({
    ...object,
    spec: { ...spec, template: { ...template, metadata: { ...template.metadata, labels: all } } },
  });
}

/**
 * Pure. Fills in what the author of a MachineDeployment left out: a selector of its Machines, and the number of
 * replicas, which is the smallest one where a cluster autoscaler is at work.
 */
export function withDeploymentDefaults(object: KubeObject): KubeObject {
  const labelledObject = withTemplateLabels(object);
  const spec = specOf(labelledObject);
  if (typeof spec.template !== 'object') return object;
  const { metadata } = labelledObject;
  const isUnselective = Object.values(spec.selector ?? {}).every(isEmpty);
  const own = { [labels.deployment]: metadata.name };
  const template = isUnselective
    ? {
        ...spec.template,
        metadata: { ...spec.template.metadata, labels: { ...spec.template.metadata?.labels, ...own } },
      }
    : spec.template;
  return {
    ...labelledObject,
    spec: {
      ...spec,
      replicas: spec.replicas ?? smallestOf(metadata.annotations),
      template,
      ...(isUnselective && { selector: { matchLabels: own } }),
    },
  };
}

/** Manifests made by clusterctl have a selector whose labels are null. */
const isEmpty = (requirements: unknown): boolean => Object.keys((requirements ?? {}) as object).length === 0;

function smallestOf(all: Readonly<Record<string, string>>): number {
  const { [annotations.scaleMinimum]: minimum, [annotations.scaleMaximum]: maximum } = all;
  return minimum !== undefined && maximum !== undefined && /^\d+$/.test(minimum) ? Number(minimum) : 1;
}

const specOf = ({ spec }: KubeObject): Wanted => (typeof spec === 'object' && spec !== null ? spec : {});

const labelled = (object: KubeObject, more: Readonly<Record<string, string>>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...more } },
});
