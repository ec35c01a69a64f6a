import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { labels } from '../contract/names.ts';
import { providerIdOf } from '../infrastructure/vm-of-machine.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { type Controller, controllerFor } from '../runtime/controller.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { secrets } from '../workload/node.ts';
import type { SimEtcds } from './sim-etcd.sample.ts';
import type { SimProvider } from './sim-provider.sample.ts';
import type { SimVm } from './sim-world.sample.ts';

const pollMs = 5_000;

/** VMs of ours that only seem to run, and boot with the data of their Machines, or as members of an etcd. */
export const simVmController = ({
  world,
  etcds,
  delayMs,
}: SimProvider & { readonly etcds: SimEtcds }): Controller =>
  controllerFor<Vm>({
    name: 'sim-vm',
    kind: vmKind,
    finalizer: 'sim.example/vm',
    clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
    reconcile: async ({ object, cluster }, { objects, clock }) => {
      const { metadata, spec } = object;
      const providerID = providerIdOf(object);
      if (metadata.deletionTimestamp !== undefined) {
        await world.destroy(providerID);
        etcds.destroy(metadata.uid, 'controller');
        return { object, isCleared: true };
      }
      if (metadata.labels[labels.etcdCluster] !== undefined) {
        const tended = await etcds.tend(object, objects.client, clock.now());
        const network = { ipAddresses: [tended.address], mac: '', gateway: '' };
        const phase = tended.isRunning ? 'Running' : 'Failed';
        const image = { digest: 'sha256:0', bootMode: 'init' } as const;
        const { bootstrap: _told, ...before } = object.status;
        // A guest tells of its user data once it has booted.
        const told = tended.waitMs === undefined && { bootstrap: { state: 'Done', output: '' } as const };
        return {
          object: { ...object, status: { ...before, phase, image, network, ...told } as Vm['status'] },
          requeueAfterMs: tended.waitMs ?? pollMs,
        };
      }
      const machine = await objects.get(machineKind, metadata);
      if (!cluster || !machine) return { object, requeueAfterMs: pollMs };
      const known = world.vms.get(providerID);
      const vm: SimVm = known ?? {
        ...{ name: metadata.name, providerID, isRunning: true, hasJoined: false },
        cluster: `${metadata.namespace}/${cluster.metadata.name}`,
        version: spec.image.oci.split(':').at(-1)!,
        isControlPlane: isOfControlPlane({ metadata }),
        bootsAtMs: clock.now() + delayMs(),
      };
      if (!known) world.create(vm);
      if (vm.bootsAtMs > clock.now()) return { object, requeueAfterMs: vm.bootsAtMs - clock.now() };
      const { name = '' } = spec.cloudInit?.userDataSecretRef ?? {};
      if (!vm.hasJoined && vm.isRunning) {
        const secret = await objectsOf(objects.client, secrets).get({ namespace: metadata.namespace, name });
        await world.boot(vm, textIn(secret, 'value') ?? '');
      }
      const network = { ipAddresses: ['192.0.2.1'], mac: '', gateway: '' };
      return {
        object: { ...object, status: { ...object.status, phase: 'Running', network } as Vm['status'] },
        ...(vm.hasJoined ? {} : { requeueAfterMs: pollMs }),
      };
    },
  });
