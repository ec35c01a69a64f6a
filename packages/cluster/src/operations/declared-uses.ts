import type { HostUse, HostUses } from '@ignite/toolkit/allowance/host-use';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import type { ClusterResourceSet } from '../kinds/cluster-resource-set.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { hostUses } from '../kinds/host-uses.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { ipPoolKindOf, poolNamespace } from '../kinds/ip-pool-kinds.ts';
import type { K3sControlPlane } from '../kinds/k3s-control-plane.ts';
import type { KubeadmConfig } from '../kinds/kubeadm-config.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';

/** The files of a machine, whatever makes it a node. */
type ConfigSpec = Pick<KubeadmConfig['spec'], 'files'>;

const objectAt = (
  { metadata: { namespace } }: Manifest,
  field: string,
  kind: string,
  name: string,
): HostUse => ({ kind: 'object', key: { kind, namespace, name }, field });

/** The files of machines can be read in them, so that their Secrets are as good as read. */
const filesOf = (manifest: Manifest, spec: ConfigSpec | undefined, at: string): readonly HostUse[] =>
  (spec?.files ?? []).flatMap(({ contentFrom }) =>
    contentFrom ? [objectAt(manifest, `${at}.files`, 'Secret', contentFrom.secret.name)] : [],
  );

/** The template that machines are made from uses of the host what its author may use. */
const referred = (
  manifest: Manifest,
  at: string,
  references: Readonly<Record<string, { readonly kind: string; readonly name: string } | undefined>>,
): readonly HostUse[] =>
  Object.entries(references).flatMap(([field, reference]) =>
    reference ? [objectAt(manifest, `${at}.${field}`, reference.kind, reference.name)] : [],
  );

/** Whoever has a machine in a cluster has a part of its rights. */
const ofOneCluster = (manifest: Manifest): readonly HostUse[] => {
  const { clusterName } = manifest.spec as { readonly clusterName: string };
  return [objectAt(manifest, 'spec.clusterName', 'Cluster', clusterName)];
};

const ofConfigTemplate = (manifest: Manifest): readonly HostUse[] => {
  const { template } = manifest.spec as { readonly template: { readonly spec?: ConfigSpec } };
  return filesOf(manifest, template.spec, 'spec.template.spec');
};

/** Machines take addresses away from those for whom the pool is. */
function poolsOf(manifest: Manifest): readonly HostUse[] {
  const { template } = manifest.spec as { readonly template: { readonly spec: IgniteMachine['spec'] } };
  return (template.spec.addressesFromPools ?? []).map((pool): HostUse => {
    const known = ipPoolKindOf(pool);
    const { namespace: own } = manifest.metadata;
    const namespace = known ? poolNamespace(known, own) : own;
    const key = { kind: pool.kind, namespace, name: pool.name };
    return { kind: 'object', key, field: 'spec.template.spec.addressesFromPools' };
  });
}

/**
 * What manifests of clusters use of the host and of other objects, which the policy of a Sync judges. Their author must own
 * the cluster that they change, the templates and classes that they name, and the Secrets that they bring into machines.
 */
export const declaredUses: HostUses = {
  Cluster: (manifest) => {
    const { controlPlaneRef, infrastructureRef, topology } = manifest.spec as Cluster['spec'];
    const classRef = topology && { kind: 'ClusterClass', name: topology.classRef.name };
    return [
      ...referred(manifest, 'spec', { controlPlaneRef, infrastructureRef }),
      ...referred(manifest, 'spec.topology', { classRef }),
    ];
  },
  // It applies manifests in all clusters that it selects, whoever they belong to.
  ClusterResourceSet: (manifest) => [
    { kind: 'service', name: 'cluster-resource-sets', field: 'spec.clusterSelector' },
    ...(manifest.spec as ClusterResourceSet['spec']).resources.map(({ kind, name }) =>
      objectAt(manifest, 'spec.resources', kind, name),
    ),
  ],
  KubeadmConfigTemplate: ofConfigTemplate,
  KThreesConfigTemplate: ofConfigTemplate,
  KubeadmControlPlane: (manifest) => {
    const { kubeadmConfigSpec, machineTemplate } = manifest.spec as KubeadmControlPlane['spec'];
    const { infrastructureRef } = machineTemplate.spec;
    return [
      ...filesOf(manifest, kubeadmConfigSpec, 'spec.kubeadmConfigSpec'),
      ...referred(manifest, 'spec.machineTemplate.spec', { infrastructureRef }),
    ];
  },
  KThreesControlPlane: (manifest) => {
    const { kthreesConfigSpec, machineTemplate } = manifest.spec as K3sControlPlane['spec'];
    const { infrastructureRef } = machineTemplate;
    return [
      ...filesOf(manifest, kthreesConfigSpec, 'spec.kthreesConfigSpec'),
      ...referred(manifest, 'spec.machineTemplate', { infrastructureRef }),
    ];
  },
  MachineDeployment: (manifest) => {
    const { bootstrap, infrastructureRef } = (manifest.spec as MachineDeployment['spec']).template.spec;
    const { configRef, dataSecretName } = bootstrap;
    const data = dataSecretName === undefined ? undefined : { kind: 'Secret', name: dataSecretName };
    return [
      ...ofOneCluster(manifest),
      ...referred(manifest, 'spec.template.spec.bootstrap', { configRef, dataSecretName: data }),
      ...referred(manifest, 'spec.template.spec', { infrastructureRef }),
    ];
  },
  MachineHealthCheck: ofOneCluster,
  IgniteCluster: () => [],
  InClusterIPPool: () => [],
  IgniteMachineTemplate: (manifest) => [
    ...hostUses['IgniteMachineTemplate']!(manifest),
    ...poolsOf(manifest),
  ],
  HostedControlPlane: hostUses['HostedControlPlane']!,
};
