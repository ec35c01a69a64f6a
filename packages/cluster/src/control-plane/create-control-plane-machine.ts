import { annotations, etcdHook, labels } from '../contract/names.ts';
import { bootstrapGroup } from '../contract/groups.ts';
import { controllerReference } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import { kubeadmConfigKind, kubeadmControlPlaneKind, machineKind } from '../kinds/object-kinds.ts';
import { cloneTemplate } from '../runtime/clone-template.ts';
import type { Work } from '../runtime/controller.ts';

export interface NewMember {
  readonly cluster: Cluster;
  readonly domain: string | undefined;
  /** What is noted of the unhealthy Machine whose place the new one takes. */
  readonly remediationFor: string | undefined;
}

/**
 * Creates a Machine of a control plane, after its config and the machine itself. All of them have one name. What is left
 * of an attempt that fails is removed by the next one.
 */
export async function createControlPlaneMachine(
  controlPlane: KubeadmControlPlane,
  { cluster, domain, remediationFor }: NewMember,
  work: Work,
): Promise<void> {
  const { objects, suffix } = work;
  const { namespace, name: ownName } = controlPlane.metadata;
  const { machineTemplate, kubeadmConfigSpec, version } = controlPlane.spec;
  const name = `${ownName.slice(0, 57)}-${suffix()}`;
  const owner = controllerReference(kubeadmControlPlaneKind, controlPlane);
  const metadata = {
    labels: {
      ...machineTemplate.metadata?.labels,
      [labels.cluster]: cluster.metadata.name,
      [labels.controlPlane]: '',
      [labels.controlPlaneName]: ownName,
    },
    annotations: machineTemplate.metadata?.annotations ?? {},
  };
  await objects.create(kubeadmConfigKind, {
    metadata: { name, namespace, ...metadata, ownerReferences: [owner] },
    spec: kubeadmConfigSpec,
  });
  const template = machineTemplate.spec.infrastructureRef;
  const infrastructureRef = await cloneTemplate({ template, namespace, name, metadata, owner }, work);
  const { infrastructureRef: _template, ...rest } = machineTemplate.spec;
  await objects.create(machineKind, {
    metadata: {
      name,
      namespace,
      labels: metadata.labels,
      annotations: {
        ...metadata.annotations,
        [etcdHook]: '',
        ...(remediationFor !== undefined && { [annotations.remediationFor]: remediationFor }),
      },
      ownerReferences: [owner],
    },
    spec: {
      clusterName: cluster.metadata.name,
      version,
      bootstrap: { configRef: { apiGroup: bootstrapGroup, kind: kubeadmConfigKind.kind, name } },
      infrastructureRef,
      ...(domain !== undefined && { failureDomain: domain }),
      ...rest,
    },
  });
}
