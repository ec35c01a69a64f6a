import type { HostUse } from '@ignite/toolkit/gitops/host-use';
import { type HostUses, sourceUses } from '@ignite/toolkit/gitops/source-uses';
import { type HostResource, hostResources } from './v1/host-resources.ts';
import type { VmSpec } from './v1/vm.ts';

/** What of the host Ignite's kinds name, for the policy of a Sync. */
export const hostUses: HostUses = {
  VM: ({ spec }) => hostResources(spec as VmSpec).flatMap(useOf),
  Volume: () => [],
  ...sourceUses,
};

/**
 * An address is its network's. Who reaches a VM, and whether it is started again, is its own matter; but a range from which
 * it may send, others' addresses among it, is a network that it names.
 */
function useOf(resource: HostResource): readonly HostUse[] {
  const { field } = resource;
  switch (resource.kind) {
    case 'folder':
    case 'file':
    case 'device':
      return [{ kind: 'path', path: resource.path, access: resource.access, field }];
    case 'volume':
      // Volumes are known by their names alone.
      return [{ kind: 'object', key: { kind: 'Volume', namespace: 'default', name: resource.name }, field }];
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
