import * as v from 'valibot';
import { type DescribedCluster, describedVersion, remarksOn } from './described-cluster.ts';

export const v1alpha1ApiVersion = 'cluster.k8s.io/v1alpha1';

const provider = v.optional(v.looseObject({ value: v.optional(v.looseObject({})) }));

const machineSpecSchema = v.looseObject({
  metadata: v.optional(v.looseObject({ labels: v.optional(v.record(v.string(), v.string())) })),
  /** The name of the field in the very first releases, and that of later ones. */
  providerConfig: provider,
  providerSpec: provider,
  versions: v.optional(
    v.looseObject({ kubelet: v.optional(v.string()), controlPlane: v.optional(v.string()) }),
  ),
});

const metadata = v.looseObject({
  name: v.optional(v.string()),
  labels: v.optional(v.record(v.string(), v.string())),
});
const apiVersion = v.literal(v1alpha1ApiVersion);
const ranges = v.optional(v.looseObject({ cidrBlocks: v.optional(v.array(v.string())) }));

/** The kinds of the first version of Cluster API, as far as they are carried over. */
export const v1alpha1Schema = v.variant('kind', [
  v.looseObject({
    apiVersion,
    kind: v.literal('Cluster'),
    metadata,
    spec: v.optional(
      v.looseObject({
        clusterNetwork: v.optional(v.looseObject({ pods: ranges, services: ranges })),
      }),
    ),
  }),
  v.looseObject({ apiVersion, kind: v.literal('Machine'), metadata, spec: machineSpecSchema }),
  v.looseObject({
    apiVersion,
    kind: v.picklist(['MachineSet', 'MachineDeployment']),
    metadata,
    spec: v.looseObject({
      replicas: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
      template: v.looseObject({ metadata: v.optional(metadata), spec: machineSpecSchema }),
    }),
  }),
]);

type V1alpha1 = v.InferOutput<typeof v1alpha1Schema>;
type MachineSpec = v.InferOutput<typeof machineSpecSchema>;

/** Machines of one template, and where they were written. */
interface Machines {
  readonly field: string;
  readonly count: number;
  readonly isControlPlane: boolean;
  readonly spec: MachineSpec;
}

/** Pure. Describes the cluster of manifests of `cluster.k8s.io/v1alpha1`. */
export function describeV1alpha1(objects: readonly V1alpha1[]): DescribedCluster {
  const clusters = objects.filter((object) => object.kind === 'Cluster');
  const machines = objects.flatMap((object) => (object.kind === 'Cluster' ? [] : machinesOf(object)));
  const [cluster] = clusters;
  const { clusterNetwork } = cluster?.spec ?? {};
  const [pods, services] = [clusterNetwork?.pods?.cidrBlocks, clusterNetwork?.services?.cidrBlocks];
  const workers = machines.filter(({ isControlPlane }) => !isControlPlane);
  const controlPlanes = machines.filter(({ isControlPlane }) => isControlPlane);
  const [model = machines[0]] = workers;
  const found = versionOf(machines);
  return {
    ...(cluster?.metadata.name !== undefined && { name: cluster.metadata.name }),
    ...(found.version !== undefined && { version: found.version }),
    controlPlanes: sumOf(controlPlanes),
    workers: sumOf(workers),
    shape: shapeOf(model),
    networks: { ...(pods && { pods }), ...(services && { services }) },
    bringsPodNetwork: false,
    remarks: [
      ...clusters
        .slice(1)
        .map(({ metadata: { name } }) => `Cluster/${name ?? ''}: only the first Cluster is made`),
      ...(cluster
        ? remarksOn(cluster.spec, `Cluster/${cluster.metadata.name ?? ''}.spec`, ['clusterNetwork'])
        : []),
      ...remarksOn(clusterNetwork, 'spec.clusterNetwork', ['pods', 'services']),
      ...found.remarks,
      ...machines.flatMap((each) => machineRemarks(each, model)),
    ],
  };
}

function machinesOf(object: Exclude<V1alpha1, { readonly kind: 'Cluster' }>): readonly Machines[] {
  const { kind, metadata } = object;
  const field = `${kind}/${metadata.name ?? ''}`;
  if (kind === 'Machine') {
    const { spec } = object;
    return [{ field, count: 1, isControlPlane: isControlPlane(spec, metadata.labels), spec }];
  }
  const { replicas, template } = object.spec;
  const labels = template.metadata?.labels;
  return [
    { field, count: replicas, isControlPlane: isControlPlane(template.spec, labels), spec: template.spec },
  ];
}

/** A machine whose control plane has a version has one; so has that of wksctl which is called so. */
const isControlPlane = ({ versions }: MachineSpec, { set }: Readonly<Record<string, string>> = {}): boolean =>
  versions?.controlPlane !== undefined || set === 'master';

const sumOf = (machines: readonly Machines[]): number => machines.reduce((sum, { count }) => sum + count, 0);

function versionOf(machines: readonly Machines[]): ReturnType<typeof describedVersion> {
  const versions = machines.flatMap(({ field, spec: { versions: { kubelet, controlPlane } = {} } }) =>
    [controlPlane ?? kubelet].flatMap((text) => (text === undefined ? [] : [{ field, text }])),
  );
  const [first, ...others] = versions;
  if (!first) return { remarks: [] };
  const found = describedVersion(first.text, `${first.field}.spec.versions`);
  const different = others.filter(({ text }) => text !== first.text);
  return {
    ...found,
    remarks: [
      ...found.remarks,
      ...different.map(({ field, text }) => `${field}.spec.versions: all have one version, and not ${text}`),
    ],
  };
}

/** The sizes that a provider may have, under the names that VMs of Ignite have for them. */
const shapeFields = { image: 'image', cpus: 'cpus', memory: 'memory', diskSize: 'disk' } as const;

const valueOf = ({ providerConfig, providerSpec }: MachineSpec): Readonly<Record<string, unknown>> =>
  (providerSpec ?? providerConfig)?.value ?? {};

function shapeOf(machines: Machines | undefined): DescribedCluster['shape'] {
  const value = machines ? valueOf(machines.spec) : {};
  return Object.fromEntries(
    Object.entries(shapeFields).flatMap(([field, name]) =>
      typeof value[field] === 'string' || typeof value[field] === 'number'
        ? [[name, String(value[field])]]
        : [],
    ),
  );
}

const carriedOfMachine = ['metadata', 'providerConfig', 'providerSpec', 'versions'];

function machineRemarks(machines: Machines, model: Machines | undefined): readonly string[] {
  const { field, spec } = machines;
  const name = spec.providerSpec ? 'providerSpec' : 'providerConfig';
  const others = remarksOn(valueOf(spec), `${field}.spec.${name}.value`, [
    ...['apiVersion', 'kind', 'metadata'],
    ...Object.keys(shapeFields),
  ]);
  const [own, common] = [shapeOf(machines), shapeOf(model)];
  const differs =
    model !== undefined && !machines.isControlPlane && JSON.stringify(own) !== JSON.stringify(common);
  return [
    ...remarksOn(spec, `${field}.spec`, carriedOfMachine),
    ...remarksOn(spec.versions, `${field}.spec.versions`, ['kubelet', 'controlPlane']),
    ...others,
    ...(differs ? [`${field}: all workers are like those of ${model.field}`] : []),
  ];
}
