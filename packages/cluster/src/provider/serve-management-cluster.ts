import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { untilAllEnd } from '@ignite/toolkit/async/until-all-end';
import type { AllowSpec } from '@ignite/toolkit/allowance/allow-spec';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { ControllerObserver } from '@ignite/toolkit/controller/controller';
import { Informer } from '@ignite/toolkit/controller/informer';
import { type LeaseAttempt, leadWhile } from '@ignite/toolkit/controller/lease';
import { storedLease } from '@ignite/toolkit/core/resources/lease';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import type { Finding } from '../contract/conditions.ts';
import { igniteClusterController } from '../infrastructure/ignite-cluster-controller.ts';
import { igniteMachineController } from '../infrastructure/ignite-machine-controller.ts';
import { igniteMachineKind } from '../kinds/object-kinds.ts';
import { controllerFor } from '../runtime/controller.ts';
import { Objects } from '../runtime/objects.ts';
import { runControllers } from '../runtime/run-controllers.ts';
import { findOrphans } from './find-orphans.ts';
import { HostPlacement } from './host-placement.ts';
import { LiveHosts, hostLeaseLabel } from './live-hosts.ts';
import { OwnedElsewhere } from './owned-elsewhere.ts';
import { providerNamespace } from './provider-namespace.ts';

export interface ManagementService {
  /** The objects of the management cluster. */
  readonly management: ObjectClient;
  /** The objects of this host. */
  readonly host: ObjectClient;
  /** The name under which this host serves the management cluster, and what tells it from another one of that name. */
  readonly self: { readonly name: string; readonly uid: string };
  /** What machines of the management cluster may use of this host. */
  readonly allow: AllowSpec;
  /** Does what load balancers need of this host, until `until` aborts. */
  readonly runHost: (until: AbortSignal) => Promise<void>;
  /** Told whenever it changes whether this host can serve the management cluster. */
  readonly onState: (state: Finding) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** As long as the host lease of Kubernetes' nodes. */
const leaseSeconds = 40;
const orphansMs = 600_000;

/**
 * Makes VMs of this host for the machines of a management cluster, until `signal` aborts. While the management cluster does not
 * answer, the VMs are left as they are.
 */
export async function serveManagementCluster(service: ManagementService, signal: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const { management, self, clock } = service;
  const lease = {
    ...{ client: management, namespace: providerNamespace, name: self.name, holder: self.uid },
    labels: { [hostLeaseLabel]: '' },
    ...{ durationSeconds: leaseSeconds, clock, onAttempt: stateTeller(service) },
  };
  const work = async (leading: AbortSignal): Promise<void> => await control(service, leading);
  await untilAllEnd([service.runHost(until), leadWhile(lease, work, until)], () => ending.abort());
}

/** Tells a state once, however often it is found again. */
function stateTeller({ self, onState }: ManagementService): (attempt: LeaseAttempt) => void {
  let told: string | undefined;
  return (attempt) => {
    const state = stateAfter(attempt, self.name);
    const text = JSON.stringify(state);
    if (told === text) return;
    told = text;
    onState(state);
  };
}

/** Pure. Returns whether a host can serve a management cluster, by its lease there. */
function stateAfter(attempt: LeaseAttempt, name: string): Finding {
  switch (attempt.type) {
    case 'held':
      return { status: 'True', reason: 'Serving' };
    case 'taken':
      return {
        ...{ status: 'False', reason: 'NameTaken' },
        message: `another host serves the management cluster as "${name}"`,
      };
    case 'failed':
      return { status: 'False', reason: 'Unreachable', message: errorText(attempt.failure) };
  }
}

async function control(service: ManagementService, signal: AbortSignal): Promise<void> {
  const { management, self, allow, clock, log, observer } = service;
  const host = new OwnedElsewhere(service.host);
  const ofHost = new Set([vmKind, hostPodKind].map(resourceName));
  const client = new ForwardingClient((resource) => (ofHost.has(resourceName(resource)) ? host : management));
  const work = { objects: new Objects({ client, clock, log, signal }), clock, log };
  const leases = new Informer(new KindClient(management, storedLease), clock, log, {
    namespace: providerNamespace,
  });
  const hosts = new LiveHosts(leases, clock);
  const placement = new HostPlacement({ self: self.name, management, host, hosts, allow });
  const controllers = [
    controllerFor(igniteClusterController(placement)),
    controllerFor(igniteMachineController(placement)),
  ];
  const following = leases.run(signal);
  await Promise.race([leases.synced, following]);
  const options = { signal, ...(observer && { observer }) };
  await Promise.all([following, runControllers(controllers, work, options), tellOrphans(work, signal)]);
}

/** Says regularly which VMs have lost their machines. They stay: it may be the machines that come back. */
async function tellOrphans(
  { objects, clock, log }: Pick<ManagementService, 'clock' | 'log'> & { readonly objects: Objects },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const { metadata } of findOrphans(await objects.all(vmKind), await objects.all(igniteMachineKind)))
        log('warning', 'a VM has lost its machine in the management cluster', {
          vm: `${metadata.namespace}/${metadata.name}`,
        });
    } catch (failure) {
      if (!signal.aborted) throw failure;
    }
    await clock.sleep(orphansMs, signal).catch(() => {});
  }
}
