import type { HostPodSpec } from '@ignite/api/host-pod/host-pod';
import { hostUses as usesOfKinds } from '@ignite/api/host-uses';
import type { HostUse, HostUses } from '@ignite/toolkit/allowance/host-use';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { etcdClientAuthority } from '../contract/names.ts';
import type { EtcdCluster } from './etcd-cluster.ts';
import type { HostedControlPlaneSpec } from './hosted-control-plane.ts';
import type { ClusterClassSpec } from './cluster-class.ts';
import type { IgniteMachine } from './ignite-infrastructure.ts';

type MachineSpec = IgniteMachine['spec'];

/**
 * The uses of the host by the kinds of clusters. Those that contain a VM use what the VM uses. Those that have the host run
 * programs beside its VMs use the service `programs`, and a pod uses its Secrets. So does a class that changes such
 * programs by patches, which may make them depend on variables.
 */
export const hostUses: HostUses = {
  HostPod: ({ metadata: { namespace }, spec }) => {
    const { programs = [], balancer, router, restored, routes = [], copiesOf } = spec as Partial<HostPodSpec>;
    const secrets = programs.flatMap((program) => program.secrets ?? []);
    return [
      balancer ? programsAt('spec.balancer', balancer) : programsAt('spec.programs', programs),
      ...(routes.length === 0 ? [] : [programsAt('spec.routes', routes)]),
      ...secrets.map(({ secretName: name }): HostUse => ({
        kind: 'object',
        key: { kind: 'Secret', namespace, name },
        field: 'spec.programs',
      })),
      ...(router === undefined ? [] : [{ kind: 'network', name: router, field: 'spec.router' } as const]),
      ...(restored?.podName === undefined
        ? []
        : [copyOf(namespace, restored.podName, 'spec.restored.podName')]),
      ...(copiesOf === undefined ? [] : [copyOf(namespace, copiesOf, 'spec.copiesOf')]),
    ];
  },
  EtcdCluster: (object) => {
    const { vm, restore } = object.spec as EtcdCluster['spec'];
    const given = vm as Partial<MachineSpec['vm']>;
    const restored = { kind: 'path', access: 'read', field: 'spec.restore.hostPath' } as const;
    return [
      ...usesOfVm(object, given as MachineSpec['vm'], 'spec.vm'),
      ...(restore ? [{ ...restored, path: restore.hostPath }] : []),
    ];
  },
  HostedControlPlane: ({ metadata: { namespace }, spec }) => {
    // An upgrade runs no other programs, and takes them from the same place.
    const { version: _version, ...programs } = spec as Partial<HostedControlPlaneSpec>;
    return [programsAt('spec', programs), ...externalEtcd(namespace, programs, 'spec')];
  },
  ClusterClass: ({ spec }) => {
    const { patches = [] } = spec as Partial<ClusterClassSpec>;
    const ofPrograms = patches.filter(({ definitions }) =>
      definitions.some(({ selector }) => selector.kind === 'HostedControlPlaneTemplate'),
    );
    return ofPrograms.length === 0 ? [] : [programsAt('spec.patches', ofPrograms)];
  },
  HostedControlPlaneTemplate: ({ metadata: { namespace }, spec }) => {
    const { template } = spec as { readonly template?: { readonly spec?: Partial<HostedControlPlaneSpec> } };
    const at = 'spec.template.spec';
    return [programsAt(at, spec), ...externalEtcd(namespace, template?.spec ?? {}, at)];
  },
  IgniteMachine: (object) => usesOfVm(object, (object.spec as MachineSpec).vm, 'spec.vm'),
  IgniteMachinePool: (object) => {
    const { template } = object.spec as { readonly template: { readonly spec: MachineSpec } };
    return usesOfVm(object, template.spec.vm, 'spec.template.spec.vm');
  },
  IgniteMachineTemplate: (object) => {
    const { template } = object.spec as { readonly template: { readonly spec: MachineSpec } };
    return usesOfVm(object, template.spec.vm, 'spec.template.spec.vm');
  },
};

/** Whoever names an etcd cluster reads and writes all that is in it, as the key of its authority lets one do. */
function externalEtcd(
  namespace: string,
  { etcd }: Partial<HostedControlPlaneSpec>,
  at: string,
): readonly HostUse[] {
  if (!etcd?.external) return [];
  const { name } = etcd.external;
  const key = { kind: 'Secret', namespace, name: etcdClientAuthority(name) };
  const madeFor = { kind: 'EtcdCluster', namespace, name };
  return [{ kind: 'object', key, madeFor, field: `${at}.etcd.external` }];
}

/** Whoever may change an object may not thereby have other programs run. */
const programsAt = (field: string, programs: unknown): HostUse => ({
  ...{ kind: 'service', name: 'programs', field },
  work: JSON.stringify(programs),
});

/** What another pod keeps may be secret. */
const copyOf = (namespace: string, name: string, field: string): HostUse => ({
  ...{ kind: 'object', key: { kind: 'HostPod', namespace, name } },
  field,
});

const usesOfVm = (object: Manifest, spec: MachineSpec['vm'], at: string): readonly HostUse[] =>
  usesOfKinds['VM']!({ ...object, spec }).map((use) => ({ ...use, field: use.field.replace('spec', at) }));
