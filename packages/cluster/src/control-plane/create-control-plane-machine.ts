import { annotations, etcdHook, labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { ControlPlane } from '../kinds/control-plane.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { cloneTemplate } from '../runtime/clone-template.ts';
import type { Work } from '../runtime/controller.ts';
import type { ControlPlaneProvider, ControlPlaneWish } from './control-plane-provider.ts';

export interface NewMember<T extends ControlPlane> {
  readonly provider: ControlPlaneProvider<T>;
  readonly controlPlane: T;
  readonly wish: ControlPlaneWish;
  readonly cluster: Cluster;
  readonly domain: string | undefined;
  /** What is noted of the unhealthy Machine whose place the new one takes. */
  readonly remediationFor: string | undefined;
}

/**
 * Creates a Machine of a control plane, after its config and the machine itself. All of them have one name. What is left
 * of an attempt that fails is removed by the next one.
 */
export async function createControlPlaneMachine<T extends ControlPlane>(
  { provider, controlPlane, wish, cluster, domain, remediationFor }: NewMember<T>,
  work: Work,
): Promise<void> {
  const { objects, suffix } = work;
  const { namespace, name: ownName } = controlPlane.metadata;
  const { configKind } = provider;
  const name = `${ownName.slice(0, 57)}-${suffix()}`;
  const owner = controllerReference(provider.kind, controlPlane);
  const metadata = {
    labels: {
      ...wish.metadata?.labels,
      [labels.cluster]: cluster.metadata.name,
      [labels.controlPlane]: '',
      [labels.controlPlaneName]: ownName,
    },
    annotations: wish.metadata?.annotations ?? {},
  };
  await objects.create(configKind, {
    metadata: { name, namespace, ...metadata, ownerReferences: [owner] },
    spec: wish.config,
  });
  const template = wish.infrastructureRef;
  const infrastructureRef = await cloneTemplate({ template, namespace, name, metadata, owner }, work);
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
      version: wish.version,
      bootstrap: { configRef: { apiGroup: configKind.group, kind: configKind.kind, name } },
      infrastructureRef,
      ...(domain !== undefined && { failureDomain: domain }),
      ...wish.machine,
    },
  });
}
