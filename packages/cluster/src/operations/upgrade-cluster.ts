import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { controllerOf } from '../contract/owner.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { ContractReference } from '../contract/reference.ts';
import { templateName } from '../contract/template-name.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import {
  igniteMachineTemplateKind,
  k3sConfigTemplateKind,
  kubeadmConfigTemplateKind,
  machineDeploymentKind,
} from '../kinds/object-kinds.ts';
import { type Waiting, awaitCluster } from './await-cluster.ts';
import { awaitedOfControlPlane } from './awaited.ts';
import { type ClusterKey, type ClusterView, kindOf, ofCluster } from './cluster-view.ts';
import { put } from './create-cluster.ts';
import { type UpgradeErrorCode, imageFor } from './plan-upgrade.ts';
import { machineTemplateOf, withMachineTemplate } from './machine-template.ts';
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

/**
 * Returns the images that the nodes of an upgraded cluster will have, so that they can be looked for before anything is changed.
 * @throws CodedError NODE_IMAGE_UNKNOWN
 */
export async function imagesOfUpgrade(
  { cluster, controlPlane, deployments }: ClusterView,
  upgrade: Upgrade,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  // The class of a topology says what its nodes have.
  if (cluster.spec.topology) return new Set();
  const { namespace } = cluster.metadata;
  const used = [
    ...(controlPlane ? templatesOfControlPlane(controlPlane, upgrade) : []),
    ...deployments.map((deployment) => templateOfWorkers(deployment, upgrade)),
  ];
  const images = new Set<string>();
  for (const each of used) {
    const found = await findTemplate(each, namespace, client, signal);
    if (found) images.add(upgradedImage(found, each, upgrade));
  }
  return images;
}

/** None for a control plane that has no machines. */
function templatesOfControlPlane(controlPlane: KubeObject, { version }: Upgrade): readonly UsedTemplate[] {
  const reference = machineTemplateOf(controlPlane);
  return reference
    ? [{ owner: controlPlane, reference, from: contractOf(controlPlane).spec.version ?? version }]
    : [];
}

const templateOfWorkers = (deployment: MachineDeployment, { version }: Upgrade): UsedTemplate => ({
  owner: deployment,
  reference: deployment.spec.template.spec.infrastructureRef,
  from: deployment.spec.template.spec.version ?? version,
});

async function upgradeControlPlane(
  view: ClusterView,
  upgrade: Upgrade,
  { client, op }: Waiting,
): Promise<void> {
  const { cluster, controlPlane } = view;
  if (!controlPlane) throw controlPlaneMissing(view);
  const { signal } = op;
  const { version } = upgrade;
  const [used] = templatesOfControlPlane(controlPlane, upgrade);
  const reference = used && (await upgradedTemplate(used, cluster.metadata, upgrade, { client, signal }));
  await objectsOf(client, kindOf(cluster.spec.controlPlaneRef!)).modify(
    controlPlane.metadata,
    (now) => ({
      ...now,
      spec: {
        ...(reference ? withMachineTemplate(now, reference.name) : (now.spec as object)),
        version,
      },
    }),
    { signal },
  );
}

async function upgradeWorkers(
  deployment: MachineDeployment,
  key: ClusterKey,
  upgrade: Upgrade,
  { client, op: { signal } }: Waiting,
): Promise<void> {
  const { version } = upgrade;
  const infrastructureRef = await upgradedTemplate(templateOfWorkers(deployment, upgrade), key, upgrade, {
    client,
    signal,
  });
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
  used: UsedTemplate,
  key: ClusterKey,
  upgrade: Upgrade,
  { client, signal }: { readonly client: ObjectClient; readonly signal: AbortSignal },
): Promise<ContractReference | undefined> {
  const { owner, reference } = used;
  const template = await findTemplate(used, key.namespace, client, signal);
  if (!template) return undefined;
  const { vm } = template.spec;
  const image = upgradedImage(template, used, upgrade);
  if (image === vm.image.oci) return reference;
  const spec = {
    template: { ...template, spec: { ...template.spec, vm: { ...vm, image: { ...vm.image, oci: image } } } },
  };
  const made = planTemplate(key, templateName(owner.metadata.name, spec), spec);
  await put(made, key.name, client, signal);
  return { ...reference, name: made.object.metadata.name! };
}

/** Resolves with `undefined` where the machines are another provider's. */
async function findTemplate(
  { reference }: UsedTemplate,
  namespace: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<TemplateSpec['template'] | undefined> {
  if (reference.kind !== igniteMachineTemplateKind.kind) return undefined;
  const found = await objectsOf(client, igniteMachineTemplateKind).get(
    { namespace, name: reference.name },
    { signal },
  );
  return (found.spec as TemplateSpec).template;
}

/** @throws CodedError NODE_IMAGE_UNKNOWN */
function upgradedImage(
  { spec: { vm } }: TemplateSpec['template'],
  { from }: UsedTemplate,
  { version, image: given }: Upgrade,
): string {
  const image = given ?? (from === version ? vm.image.oci : imageFor(vm.image.oci, from, version));
  if (image === undefined) throw imageUnknown(vm.image.oci, version);
  return image;
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
      .concat((controlPlane && machineTemplateOf(controlPlane)) ?? [])
      .map((reference) => `${reference?.kind}/${reference?.name}`),
  );
  for (const kind of [igniteMachineTemplateKind, kubeadmConfigTemplateKind, k3sConfigTemplateKind]) {
    const templates = objectsOf(client, kind);
    for (const { metadata } of (await templates.list({ ...ofCluster(key), signal })).items)
      if (isOwnTemplate(metadata) && !used.has(`${kind.kind}/${metadata.name}`))
        await templates.delete(metadata, { signal });
  }
}
