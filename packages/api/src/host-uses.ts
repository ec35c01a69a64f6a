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

/** An address is its network's, and whether a VM is started again is its own matter. */
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
    case 'address':
    case 'restart':
      return [];
  }
}
