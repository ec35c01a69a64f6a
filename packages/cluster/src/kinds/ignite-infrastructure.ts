import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import { interfaceName } from '@ignite/api/v1/vm-network';
import * as v from 'valibot';
import { apiServerPort } from '../contract/api-server-port.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { type FailureDomain, endpointSchema } from './cluster.ts';
import { poolReferenceEntries } from './ip-address-claim.ts';
import type { MachineAddress } from './machine.ts';

const loadBalancerSchema = v.strictObject({
  hostName: described(
    'Host that runs it; if absent, a host takes it.',
    v.optional(v.pipe(v.string(), v.check(isDnsLabel, 'must be the name of a host'))),
  ),
  port: described(
    'Port of the endpoint. The load balancer has no right to those below 1024.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_024), v.maxValue(65_535)), apiServerPort),
  ),
});

export const igniteClusterSpecSchema = v.strictObject({
  controlPlaneEndpoint: described(
    'Where the control plane is reached, unless the Cluster says it; with a load balancer, it is filled in.',
    v.optional(endpointSchema),
  ),
  loadBalancer: described(
    'Load balancer of a host, which is the endpoint and leads to the Machines of the control plane.',
    v.optional(loadBalancerSchema),
  ),
});

const {
  cloudInit: _bootstrap,
  power: _power,
  restartPolicy: _restarts,
  hostName: _host,
  ...vmEntries
} = vmSpecSchema.entries;

const addressFromPoolSchema = v.strictObject({
  ...poolReferenceEntries,
  interface: described('Interface of the VM that has the address.', v.optional(interfaceName, 'eth0')),
});

/** The spec of a VM, without what the controllers decide. */
const machineSpecSchema = v.strictObject({
  providerID: described('Identifies the VM; written when it runs.', v.optional(v.string())),
  hostName: described(
    'Host that has the VM; if absent, the failure domain of the Machine, or a host takes it.',
    v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(63))),
  ),
  vm: described('The VM, as in the kind VM.', v.strictObject(vmEntries)),
  addressesFromPools: described(
    'Pools from which interfaces of the VM get their addresses, by an IPAddressClaim for each; of each family, one for an interface.',
    v.optional(v.pipe(v.array(addressFromPoolSchema), v.maxLength(16))),
  ),
});
type MachineSpec = v.InferOutput<typeof machineSpecSchema>;

export const igniteMachineSpecSchema = v.pipe(
  machineSpecSchema,
  v.check(
    hasInterfacesForPools,
    'addressesFromPools must name interfaces of the VM that have a network and no address of their own',
  ),
);

function hasInterfacesForPools({ addressesFromPools = [], vm: { network } }: MachineSpec): boolean {
  const { name: _network, ...eth0 } = network;
  const interfaces = [{ ...eth0, name: 'eth0' }, ...network.interfaces];
  return addressesFromPools.every(({ interface: wanted }) => {
    const found = interfaces.find(({ name }) => name === wanted);
    return found !== undefined && (found.address ?? found.address6) === undefined && isOfNetwork(found);
  });
}

/** An interface besides eth0 that names no network is created by the plugins of another one. */
const isOfNetwork = (found: { readonly name: string; readonly network?: string | undefined }): boolean =>
  found.name === 'eth0' || found.network !== undefined;

export const igniteClusterTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.optional(igniteClusterSpecSchema, {}),
  }),
});

export const igniteMachineTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: igniteMachineSpecSchema,
  }),
});

export const igniteMachinePoolSpecSchema = v.strictObject({
  providerIDList: described('Identifies the VMs; written when they run.', v.optional(v.array(v.string()))),
  template: described(
    'What VMs of the pool are made from.',
    v.strictObject({ metadata: v.optional(replicatedMetadataSchema), spec: igniteMachineSpecSchema }),
  ),
});

interface Provisioned {
  readonly initialization?: { readonly provisioned?: boolean };
  readonly conditions?: readonly Condition[];
}

/** What VMs of this host, or of several, are to a Cluster. */
export interface IgniteCluster extends KubeObject {
  readonly kind: 'IgniteCluster';
  readonly spec: v.InferOutput<typeof igniteClusterSpecSchema>;
  readonly status?: Provisioned & { readonly failureDomains?: readonly FailureDomain[] };
}

/** What VMs are to a MachinePool. */
export interface IgniteMachinePool extends KubeObject {
  readonly kind: 'IgniteMachinePool';
  readonly spec: v.InferOutput<typeof igniteMachinePoolSpecSchema>;
  readonly status?: Provisioned & {
    readonly replicas?: number;
    /** The kind of what is made for each machine (Cluster API's contract of pools). */
    readonly infrastructureMachineKind?: string;
  };
}

/** What a VM is to a Machine. */
export interface IgniteMachine extends KubeObject {
  readonly kind: 'IgniteMachine';
  readonly spec: v.InferOutput<typeof igniteMachineSpecSchema>;
  readonly status?: Provisioned & {
    readonly addresses?: readonly MachineAddress[];
    readonly failureDomain?: string;
  };
}
