import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { labels } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { type Controller, controllerFor } from '../runtime/controller.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { SimVm, SimWorld } from './sim-world.sample.ts';

/** A provider of machines that only seem to be there, which the controllers know by the contract alone. */

const place = { group: 'infrastructure.sim.example', version: 'v1' };
const resource = (kind: string): KindResource => ({ ...place, resource: `${kind.toLowerCase()}s`, kind });

export const simCluster = resource('SimCluster');
export const simClusterTemplate = resource('SimClusterTemplate');
export const simMachine = resource('SimMachine');
export const simMachineTemplate = resource('SimMachineTemplate');
const simTemplates = [simClusterTemplate, simMachineTemplate];
const simKinds = [simCluster, simMachine, ...simTemplates];

const definitionKind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

export const simServedKinds: readonly ServedKind[] = [
  ...simKinds.map((kind) => ({ ...kind, isNamespaced: true, hasStatus: !simTemplates.includes(kind) })),
  { ...definitionKind, isNamespaced: false, hasStatus: false },
];

/** The definitions of the provider's kinds, which say in which version the contract holds. */
export const simDefinitions = simKinds.map(({ group, version, resource: plural }) => ({
  resource: definitionKind,
  object: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: definitionKind.kind,
    metadata: { name: `${plural}.${group}`, labels: { 'cluster.x-k8s.io/v1beta2': version } },
    spec: {},
  },
}));

const asStored = (kind: KindResource) => ({ ...kind, decode: (stored: KubeObject) => stored });
const finalizer = 'sim.example/machine';
const pollMs = 5_000;

export interface SimProvider {
  readonly world: SimWorld;
  /** Returns how long something takes, in milliseconds. */
  readonly delayMs: () => number;
}

export const simControllers = ({ world, delayMs }: SimProvider): readonly Controller[] => [
  controllerFor({
    name: 'sim-cluster',
    kind: asStored(simCluster),
    clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
    reconcile: async ({ object, cluster }, { objects }) => {
      if (!cluster) return { object };
      const host = `${cluster.metadata.name}.sim.example`;
      const spec = { controlPlaneEndpoint: { host, port: 6443 } };
      const isTold = object.spec !== undefined && 'controlPlaneEndpoint' in (object.spec as object);
      const written = isTold
        ? object
        : await objects.write(asStored(simCluster), object, { ...object, spec });
      return {
        object: {
          ...written,
          status: { ...(written.status as object), initialization: { provisioned: true } },
        },
      };
    },
  }),
  controllerFor({
    name: 'sim-machine',
    kind: asStored(simMachine),
    finalizer,
    clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
    reconcile: async ({ object, cluster }, { objects, clock }) => {
      const providerID = `sim://${object.metadata.uid}`;
      if (object.metadata.deletionTimestamp !== undefined) {
        await world.destroy(providerID);
        return { object, isCleared: true };
      }
      const { namespace, name } = object.metadata;
      const owner = controllerOf(object);
      const machine =
        owner?.kind === 'Machine'
          ? await objects.get(machineKind, { namespace, name: owner.name })
          : undefined;
      const { dataSecretName } = machine?.spec.bootstrap ?? {};
      if (
        !machine ||
        !cluster?.status?.initialization?.infrastructureProvisioned ||
        dataSecretName === undefined
      )
        return { object, requeueAfterMs: pollMs };
      const known = world.vms.get(providerID);
      const vm: SimVm = known ?? {
        ...{ name, providerID, isRunning: true, hasJoined: false },
        cluster: `${namespace}/${cluster.metadata.name}`,
        version: machine.spec.version ?? '',
        isControlPlane: isOfControlPlane(machine),
        bootsAtMs: clock.now() + delayMs(),
      };
      if (!known) world.create(vm);
      if (vm.bootsAtMs > clock.now()) return { object, requeueAfterMs: vm.bootsAtMs - clock.now() };
      if (!vm.hasJoined && vm.isRunning) {
        const secret = await objectsOf(objects.client, secrets).get({ namespace, name: dataSecretName });
        await world.boot(vm, textIn(secret, 'value') ?? '');
      }
      const isTold = (object.spec as { providerID?: string }).providerID !== undefined;
      const written = isTold
        ? object
        : await objects.write(asStored(simMachine), object, {
            ...object,
            spec: { ...(object.spec as object), providerID },
          });
      const addresses = [{ type: 'InternalIP', address: '192.0.2.1' }];
      return {
        object: {
          ...written,
          status: { ...(written.status as object), initialization: { provisioned: true }, addresses },
        },
        ...(vm.hasJoined ? {} : { requeueAfterMs: pollMs }),
      };
    },
  }),
];
