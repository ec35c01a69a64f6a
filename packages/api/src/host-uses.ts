import type { HostUse } from '@ignite/toolkit/allowance/host-use';
import { sourceUses } from '@ignite/toolkit/sync/source-uses';
import type { HostUses } from '@ignite/toolkit/allowance/host-use';
import { type HostResource, hostResources } from './v1/host-resources.ts';
import type { VmSpec } from './v1/vm.ts';
import type { WarmPoolSpec } from './v1/warm-pool.ts';

const usesNothing = (): readonly HostUse[] => [];

/** The uses of the host by Ignite's kinds, which the policy of a Sync judges. */
export const hostUses: HostUses = {
  VM: ({ metadata: { namespace }, spec }) =>
    hostResources(spec as VmSpec).flatMap((resource) => useOf(resource, namespace)),
  WarmPool: ({ metadata: { namespace }, spec }) =>
    hostResources(memberSpec(spec as WarmPoolSpec), 'spec.template.spec').flatMap((resource) =>
      useOf(resource, namespace),
    ),
  Volume: usesNothing,
  Namespace: usesNothing,
  ConfigMap: usesNothing,
  Secret: usesNothing,
  ...sourceUses,
};

/** Pure. Tells whether there are objects of a kind that use something of the host. */
export const mayUseHost = (kind: string): boolean =>
  Object.hasOwn(hostUses, kind) && hostUses[kind] !== usesNothing;

const memberSpec = ({ template }: WarmPoolSpec): VmSpec => ({ ...template.spec, power: 'Running' });

/**
 * An address belongs to its network. Who may reach a VM, and whether it is restarted, is the VM's own affair.
 * A range from which the VM may send can contain others' addresses, so it counts as a network.
 */
function useOf(resource: HostResource, namespace: string): readonly HostUse[] {
  const { field } = resource;
  switch (resource.kind) {
    case 'folder':
    case 'file':
    case 'device':
      return [{ kind: 'path', path: resource.path, access: resource.access, field }];
    case 'volume':
      return [{ kind: 'object', key: { kind: 'Volume', namespace, name: resource.name }, field }];
    case 'snapshot':
      return [{ kind: 'object', key: { kind: 'Snapshot', namespace, name: resource.name }, field }];
    case 'secret':
      return [{ kind: 'object', key: { kind: 'Secret', namespace, name: resource.name }, field }];
    case 'port':
      return [{ kind: 'port', port: resource.port.hostPort, protocol: resource.port.protocol, field }];
    case 'network':
    case 'service':
      return [resource];
    case 'source':
      return [{ kind: 'network', name: resource.range, field }];
    case 'address':
    case 'ingress':
    case 'restart':
      return [];
  }
}
