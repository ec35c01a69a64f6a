import type { Machine } from './machine.ts';

export interface SampleMachine {
  readonly name: string;
  readonly createdMs?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly isLeaving?: boolean;
  readonly hasNode?: boolean;
  /** The conditions, as `Ready` or `!Ready`. */
  readonly conditions?: readonly string[];
}

/** Returns a Machine for a test. */
export function sampleMachine({
  name,
  createdMs = 0,
  annotations = {},
  isLeaving,
  hasNode = true,
  conditions = [],
}: SampleMachine): Machine {
  const created = new Date(createdMs).toISOString();
  return {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Machine',
    metadata: {
      ...{
        name,
        namespace: 'default',
        uid: name,
        resourceVersion: '1',
        generation: 1,
        labels: {},
        finalizers: [],
      },
      annotations,
      creationTimestamp: created,
      ...(isLeaving && { deletionTimestamp: created }),
    },
    spec: {
      clusterName: 'dev',
      bootstrap: { dataSecretName: name },
      infrastructureRef: { apiGroup: 'infrastructure.sim.example', kind: 'SimMachine', name },
    },
    status: {
      ...(hasNode && { nodeRef: { name } }),
      conditions: conditions.map((text) => ({
        type: text.replace('!', ''),
        status: text.startsWith('!') ? 'False' : 'True',
        ...{ reason: 'Sample', message: '', observedGeneration: 1, lastTransitionTime: created },
      })),
    },
  };
}
