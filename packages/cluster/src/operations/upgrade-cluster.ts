import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { controllerOf } from '../contract/owner.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import {
  igniteMachineTemplateKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
} from '../kinds/object-kinds.ts';
import { type Waiting, awaitCluster } from './await-cluster.ts';
import { awaitedOfControlPlane } from './awaited.ts';
import { type ClusterKey, type ClusterView, kindOf, ofCluster } from './cluster-view.ts';
import { put } from './create-cluster.ts';
import { templateName } from './cluster-names.ts';
import { type UpgradeErrorCode, imageFor } from './plan-upgrade.ts';
import { planTemplate } from './plan-cluster.ts';
import { isOwnTemplate } from './planned-object.ts';
import { controlPlaneMissing } from './scale-cluster.ts';
import { changeTopology } from './topology-wish.ts';

export type UpgradeImageErrorCode = 'NODE_IMAGE_UNKNOWN';

export interface Upgrade {
  readonly version: string;
  /** The image of the nodes; by default that of the version in the repository of the present one. */
  readonly image?: string;
}

/**
 * Upgrades a cluster: its control plane, and its workers once that is done. An upgrade that was cut off goes on where it was
 * when it is run again. Templates that nothing refers to any more are removed in the end.
 * @throws CodedError NODE_IMAGE_UNKNOWN, CLUSTER_UPGRADE_REFUSED, CLUSTER_CONTROL_PLANE_MISSING, CLUSTER_NOT_READY
 */
export async function upgradeCluster(
  view: ClusterView,
  upgrade: Upgrade,
  waiting: Waiting,
): Promise<ClusterView> {
  const { metadata } = view.cluster;
  if (view.cluster.spec.topology) return await upgradeTopology(view.cluster, upgrade, waiting);
  await upgradeControlPlane(view, upgrade, waiting);
  await awaitCluster(metadata, waiting, awaitedOfControlPlane);
  for (const deployment of view.deployments) await upgradeWorkers(deployment, metadata, upgrade, waiting);
  const upgraded = await awaitCluster(metadata, waiting);
  await removeOldTemplates(metadata, upgraded, waiting);
  return upgraded;
}

/** A topology says the version of all parts, and its class what follows from that. */
async function upgradeTopology(
  cluster: Cluster,
  { version, image }: Upgrade,
  waiting: Waiting,
): Promise<ClusterView> {
  const { client, op } = waiting;
  if (image !== undefined)
    throw new CodedError<UpgradeErrorCode>(
      'CLUSTER_UPGRADE_REFUSED',
      `the nodes of cluster "${cluster.metadata.name}" have the image that its ClusterClass says`,
      { hint: 'change the class or its variables, and leave out --image' },
    );
  await changeTopology(cluster, (topology) => ({ ...topology, version }), client, op.signal);
  return await awaitCluster(cluster.metadata, waiting);
}

async function upgradeControlPlane(
  view: ClusterView,
  upgrade: Upgrade,
  { client, op }: Waiting,
): Promise<void> {
  const { cluster, controlPlane } = view;
  if (!controlPlane) throw controlPlaneMissing(view);
  const { signal } = op;
  const { version } = upgrade;
  const from = contractOf(controlPlane).spec.version;
  const reference =
    controlPlane.kind === kubeadmControlPlaneKind.kind
      ? await upgradedTemplate(
          {
            owner: controlPlane,
            reference: (controlPlane as KubeadmControlPlane).spec.machineTemplate.spec.infrastructureRef,
            from: from ?? version,
          },
          cluster.metadata,
          upgrade,
          { client, signal },
        )
      : undefined;
  await objectsOf(client, kindOf(cluster.spec.controlPlaneRef!)).modify(
    controlPlane.metadata,
    (now) => ({ ...now, spec: withTemplate({ ...(now.spec as object), version }, reference) }),
    { signal },
  );
}

const withTemplate = (spec: object, reference: ContractReference | undefined): object => {
  if (!reference) return spec;
  const { machineTemplate } = spec as KubeadmControlPlane['spec'];
  return {
    ...spec,
    machineTemplate: { ...machineTemplate, spec: { ...machineTemplate.spec, infrastructureRef: reference } },
  };
};

async function upgradeWorkers(
  deployment: MachineDeployment,
  key: ClusterKey,
  upgrade: Upgrade,
  { client, op: { signal } }: Waiting,
): Promise<void> {
  const { version } = upgrade;
  const { template } = deployment.spec;
  const infrastructureRef = await upgradedTemplate(
    {
      owner: deployment,
      reference: template.spec.infrastructureRef,
      from: template.spec.version ?? version,
    },
    key,
    upgrade,
    { client, signal },
  );
  await new KindClient(client, machineDeploymentKind).modify(
    deployment.metadata,
    (now) => ({
      ...now,
      spec: {
        ...now.spec,
        template: {
          ...now.spec.template,
          spec: { ...now.spec.template.spec, version, ...(infrastructureRef && { infrastructureRef }) },
        },
      },
    }),
    { signal },
  );
}

interface UsedTemplate {
  readonly owner: KubeObject;
  readonly reference: ContractReference;
  /** The version of Kubernetes for which it is. */
  readonly from: string;
}

/**
 * Makes a template of the VMs with the image of another version, since templates never change. Resolves with a reference to
 * it; `undefined` where the machines are another provider's, who knows himself what the version means.
 */
async function upgradedTemplate(
  { owner, reference, from }: UsedTemplate,
  key: ClusterKey,
  { version, image: given }: Upgrade,
  { client, signal }: { readonly client: ObjectClient; readonly signal: AbortSignal },
): Promise<ContractReference | undefined> {
  if (reference.kind !== igniteMachineTemplateKind.kind) return undefined;
  const old = await objectsOf(client, igniteMachineTemplateKind).get(
    { namespace: key.namespace, name: reference.name },
    { signal },
  );
  const { template } = old.spec as TemplateSpec;
  const { vm } = template.spec;
  const image = given ?? (from === version ? vm.image.oci : imageFor(vm.image.oci, from, version));
  if (image === undefined) throw imageUnknown(vm.image.oci, version);
  if (image === vm.image.oci) return reference;
  const spec = {
    template: { ...template, spec: { ...template.spec, vm: { ...vm, image: { ...vm.image, oci: image } } } },
  };
  const made = planTemplate(key, templateName(owner.metadata.name, spec), spec);
  await put(made, key.name, client, signal);
  return { ...reference, name: made.object.metadata.name! };
}

interface TemplateSpec {
  readonly template: { readonly spec: { readonly vm: { readonly image: { readonly oci: string } } } };
}

const imageUnknown = (image: string, version: string): CodedError<UpgradeImageErrorCode> =>
  new CodedError(
    'NODE_IMAGE_UNKNOWN',
    `the name of the image ${image} does not tell its version of Kubernetes`,
    {
      hint: `name the image of ${version} with --image`,
    },
  );

/** Removes the templates that `ignite cluster` has made and nothing uses any more. Those of others are theirs to remove. */
async function removeOldTemplates(
  key: ClusterKey,
  { controlPlane, deployments, sets }: ClusterView,
  { client, op: { signal } }: Waiting,
): Promise<void> {
  const used = new Set(
    [...deployments, ...sets.filter((set) => set.spec.replicas > 0 || controllerOf(set) === undefined)]
      .flatMap(({ spec: { template } }) => [
        template.spec.infrastructureRef,
        template.spec.bootstrap.configRef,
      ])
      .concat(
        controlPlane?.kind === kubeadmControlPlaneKind.kind
          ? [(controlPlane as KubeadmControlPlane).spec.machineTemplate.spec.infrastructureRef]
          : [],
      )
      .map((reference) => `${reference?.kind}/${reference?.name}`),
  );
  for (const kind of [igniteMachineTemplateKind, kubeadmConfigTemplateKind]) {
    const templates = objectsOf(client, kind);
    for (const { metadata } of (await templates.list({ ...ofCluster(key), signal })).items)
      if (isOwnTemplate(metadata) && !used.has(`${kind.kind}/${metadata.name}`))
        await templates.delete(metadata, { signal });
  }
}
