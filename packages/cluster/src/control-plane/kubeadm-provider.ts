import { apiServerPort } from '../contract/api-server-port.ts';
import { finalizers } from '../contract/names.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import { kubeadmConfigKind, kubeadmControlPlaneKind } from '../kinds/object-kinds.ts';
import type { ControlPlaneProvider } from './control-plane-provider.ts';
import { announceConfiguration, upgradeAddons } from './kubeadm-cluster.ts';
import { memberFindings, memberGates } from './member-health.ts';

/** Control planes that kubeadm sets up, with their components in Pods of the nodes. */
export const kubeadmProvider: ControlPlaneProvider<KubeadmControlPlane> = {
  name: 'kubeadm-control-plane',
  kind: kubeadmControlPlaneKind,
  finalizer: finalizers.kubeadmControlPlane,
  configKind: kubeadmConfigKind,
  wishOf: ({ spec }) => {
    const { metadata, spec: machineSpec } = spec.machineTemplate;
    const { infrastructureRef, ...machine } = machineSpec;
    const { joinConfiguration } = spec.kubeadmConfigSpec;
    return {
      replicas: spec.replicas,
      version: spec.version,
      maxSurge: spec.rollout?.strategy?.rollingUpdate?.maxSurge ?? 1,
      rolloutAfter: spec.rollout?.after,
      expiryDays: spec.rollout?.before?.certificatesExpiryDays,
      port: joinConfiguration?.controlPlane?.localAPIEndpoint?.bindPort ?? apiServerPort,
      remediation: spec.remediation,
      infrastructureRef,
      metadata,
      machine,
      config: spec.kubeadmConfigSpec,
      isEtcdExternal: spec.kubeadmConfigSpec.clusterConfiguration?.etcd?.external !== undefined,
    };
  },
  ensureSecrets: async () => {},
  etcdOf: ({ etcd }) => etcd,
  announce: announceConfiguration,
  upgradeAddons,
  memberGates,
  memberFindings,
};
