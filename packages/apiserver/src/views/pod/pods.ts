import { vmResource } from '@ignite/api/v1/resources/vm';
import { type Vm, vmKind } from '@ignite/api/v1/vm';
import { ofSilentHost } from '@ignite/api/v1/of-silent-host';
import { DerivedObjects } from '../derived-objects.ts';
import { type KnownHosts, type OwnHost, knownHosts } from '../known-hosts.ts';
import type { ServedResource } from '../../resource/served-resource.ts';
import { readOnly } from '../read-only.ts';
import { viewResource } from '../view-resource.ts';
import { podColumns } from './pod-columns.ts';
import { podOfVm } from './pod-of-vm.ts';

const vms = { group: vmResource.group, version: 'v1', resource: vmResource.plural };

/** Each VM as a Pod. What somebody deletes who deletes a Pod is its container; a VM has a disk. */
export const podsOf = (self: OwnHost): ServedResource =>
  viewResource({
    group: '',
    version: 'v1',
    resource: 'pods',
    kind: 'Pod',
    isNamespaced: true,
    shortNames: ['po'],
    subresources: ['status'],
    selectableFields: [
      ...['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName'],
      ...['status.phase', 'status.podIP', 'status.nominatedNodeName'],
    ],
    columns: podColumns,
    view: {
      over: (client) =>
        readOnly(
          new DerivedObjects(client, {
            from: vms,
            showing: async (reader, options) => {
              const known = await knownHosts(reader, self, options);
              return (stored) => {
                const vm = seenVm(vmKind.decode(stored), known);
                return podOfVm(vm, known.addresses.get(vm.spec.hostName ?? ''));
              };
            },
          }),
        ),
      hint: 'a Pod shows the VM of the same name, so write that, as in "kubectl delete vm NAME"',
    },
  });

/** Pure. A VM without a host is on the host that is alone. Of one on a silent host nobody knows how it is. */
function seenVm(stored: Vm, { silent, self }: KnownHosts): Vm {
  const { hostName = self.isAlone ? self.name : undefined } = stored.spec;
  if (hostName === undefined) return stored;
  const vm: Vm = { ...stored, spec: { ...stored.spec, hostName } };
  return silent.has(hostName) ? ofSilentHost(vm, hostName, new Date().toISOString()) : vm;
}
