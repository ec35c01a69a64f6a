import { rm } from 'node:fs/promises';
import {
  type HostPod,
  type HostPodStatus,
  type HostProgram,
  balancerName,
} from '@ignite/api/host-pod/host-pod';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import { nameOnHost } from '@ignite/api/v1/shown-name';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { withoutPrefix } from '@ignite/api/address/ip-address';
import { keepRoutes } from '../tools/network/link/keep-routes.ts';
import { listOwnVms } from '../tools/store/own-vms.ts';
import { reservations, routerOf } from '../vm/steps/interface-requests.ts';
import type { VmPorts } from '../vm/vm-ports.ts';
import {
  type ProgramLook,
  type ReconciledProgram,
  beginLook,
  keepProgram,
  lookMs,
  soonMs,
} from './keep-program.ts';
import {
  type PodNetwork,
  type ReadyProgram,
  endProgram,
  fingerprintOf,
  launchProgram,
} from './launch-program.ts';
import { type PodFiles, podFiles, programFiles } from './pod-files.ts';
import {
  type CopyHolder,
  copyMissing,
  findCopy,
  hasCopy,
  isRestored,
  keepCopies,
  removeCopies,
  restoreCopy,
} from './pod-copies.ts';
import { mayHaveRoutes, podStatus, withRouteProblem } from './pod-status.ts';
import { isAnswering } from './probe-program.ts';
import { programRoot, removeUnusedRoots } from './program-root.ts';
import { programSandbox } from './program-sandbox.ts';
import { readSecrets } from './program-secrets.ts';
import { reconcileBalancer } from './reconcile-balancer.ts';

/** A host as pods use it. */
export interface PodHost extends VmPorts {
  /** The objects that pods name: Secrets. */
  readonly client: ObjectClient;
}

/** The time after which something that failed is tried again. */
const retryMs = 10_000;
const noDns = { servers: [], search: [], options: [] };

/** What has become of a pod. */
export interface ReconciledPod {
  readonly status: HostPodStatus;
  /** The time after which it is looked at again. */
  readonly requeueAfterMs: number;
}

/**
 * Makes the programs of a pod what its object says. It looks at what is there and does what is missing, so that it may be
 * called again after it was interrupted anywhere.
 */
export async function reconcilePod(pod: HostPod, host: PodHost, op: ClientOperation): Promise<ReconciledPod> {
  const files = podFiles(host.paths, pod.metadata.uid);
  if (pod.spec.copiesOf !== undefined) return await reconcileHolder(pod, pod.spec.copiesOf, files, host, op);
  const { programs, balancer } = pod.spec;
  const wanted = new Set(namesOf(pod.spec));
  await removeOthers(pod.metadata.uid, programs, wanted, { files, host }, op.signal);
  const network = await joinNetwork(pod, host, op);
  const routeProblem = mayHaveRoutes(pod) ? await findRouteProblem(pod, host, op.signal) : '';
  const told = (status: HostPodStatus): HostPodStatus =>
    withRouteProblem(pod, status, routeProblem, host.clock.now());
  const isStopped = pod.spec.power === 'Stopped';
  const copying = { runner: host.runner, signal: op.signal };
  const isBack = await isRestored(pod.spec, files);
  const podName = pod.spec.restored?.podName;
  const holder =
    isBack || podName === undefined ? undefined : await copyHolder(pod, podName, host, op.signal);
  // Programs are not ended for a copy that there is not.
  if (!isBack) await findCopy(pod.spec.restored!.copy, files, holder);
  if (isStopped || !isBack) await endPrograms(pod, { files, host }, op.signal);
  if (!isBack)
    await timed('bring a copy back', op, async () => restoreCopy(pod.spec.restored!, files, copying, holder));
  const kept = await keepCopies(pod.spec, isStopped, files, copying);
  if (isStopped)
    return { status: told({ ...stoppedStatus(pod, network, host), ...kept }), requeueAfterMs: lookMs };
  const found: ReconciledProgram[] = [];
  const look = beginLook(host.clock, op.signal);
  const place = { pod, files, network, look };
  for (const program of programs)
    found.push(
      await orWaiting(program.name, op.signal, async () => await reconcileProgram(program, place, host, op)),
    );
  if (balancer)
    found.push(
      await orWaiting(balancerName, op.signal, async () => {
        const identity = programSandbox(pod.metadata.uid, balancerName);
        const at = { files: programFiles(files, balancerName), identity, sandbox: host.sandbox };
        return await reconcileBalancer(balancer, network, at, look);
      }),
    );
  if (found.some(({ replacesImage }) => replacesImage)) await removeUnusedRoots(host.paths, op.signal);
  return {
    status: told({
      ...podStatus(
        pod,
        network,
        found.map(({ status }) => status),
        host.clock.now(),
      ),
      ...kept,
    }),
    requeueAfterMs: Math.min(lookMs, ...found.map(({ waitMs }) => waitMs)),
  };
}

/** Has a pod hold copies of another one, which may go then. */
async function reconcileHolder(
  pod: HostPod,
  copiesOf: string,
  files: PodFiles,
  host: PodHost,
  op: ClientOperation,
): Promise<ReconciledPod> {
  const copying = { runner: host.runner, signal: op.signal };
  const missing = (pod.spec.copies ?? []).some((copy) => !hasCopy(copy, files));
  const from = missing ? await copyHolder(pod, copiesOf, host, op.signal) : undefined;
  const kept = await keepCopies(pod.spec, false, files, copying, from);
  return {
    status: { ...podStatus(pod, {}, [], host.clock.now()), ...kept },
    requeueAfterMs: lookMs,
  };
}

/** Removes all that the host has of a pod. Without `programs`, it is not known which of them needs which. */
export async function removePod(
  uid: string,
  programs: readonly HostProgram[],
  host: VmPorts,
  signal: AbortSignal,
): Promise<void> {
  const files = podFiles(host.paths, uid);
  await removeOthers(uid, programs, new Set(), { files, host }, signal);
  await host.network.detach(uid, signal);
  await rm(files.runDir, { recursive: true, force: true });
  await removeCopies(files);
  await rm(files.dir, { recursive: true, force: true });
  await removeUnusedRoots(host.paths, signal);
}

interface PodOnHost {
  readonly files: PodFiles;
  readonly host: PodHost;
}

/**
 * Ends the programs of a pod, which keeps its address and what they keep. The last one is ended first: a program may need those before it.
 * An end that was wished for is forgotten, so that it does not count as one that a program has come to by itself.
 */
async function endPrograms(
  { metadata, spec }: HostPod,
  { files, host }: PodOnHost,
  signal: AbortSignal,
): Promise<void> {
  for (const name of namesOf(spec).toReversed()) {
    await endProgram(programSandbox(metadata.uid, name).uid, host.sandbox, signal);
    await rm(programFiles(files, name).launchNote, { force: true });
  }
}

const namesOf = ({ programs, balancer }: HostPod['spec']): readonly string[] => [
  ...programs.map(({ name }) => name),
  ...(balancer ? [balancerName] : []),
];

const stoppedStatus = (pod: HostPod, network: PodNetwork, { clock }: PodHost): HostPodStatus =>
  podStatus(
    pod,
    network,
    namesOf(pod.spec).map((name) => ({ name, ...stoppedProgram })),
    clock.now(),
  );

const stoppedProgram = {
  state: 'Ended',
  isReady: false,
  message: 'it is stopped, as the pod is to be',
} as const;

/** Ends the programs of a pod but those that are wanted. What they kept goes with them. */
async function removeOthers(
  uid: string,
  programs: readonly HostProgram[],
  wanted: ReadonlySet<string>,
  { files, host }: { readonly files: PodFiles; readonly host: VmPorts },
  signal: AbortSignal,
): Promise<void> {
  const known = new Set([...(await namesIn(files.runDir)), ...(await namesIn(`${files.dir}/programs`))]);
  // The last one is ended first: a program may need those before it.
  const places = new Map(programs.map(({ name }, at) => [name, at]));
  const placeOf = (name: string): number => places.get(name) ?? places.size;
  const others = [...known.difference(wanted)].toSorted((a, b) => placeOf(b) - placeOf(a));
  for (const name of others) {
    await endProgram(programSandbox(uid, name).uid, host.sandbox, signal);
    await rm(`${files.dir}/programs/${name}`, { recursive: true, force: true });
    await rm(programFiles(files, name).runDir, { recursive: true, force: true });
  }
}

/**
 * Returns the pod whose copy another one is to begin with, or to hold.
 * @throws CodedError POD_COPY_MISSING
 */
async function copyHolder(
  { metadata: { namespace, uid } }: HostPod,
  name: string,
  { client, paths }: PodHost,
  signal: AbortSignal,
): Promise<CopyHolder> {
  const other = await new KindClient(client, hostPodKind).find({ namespace, name }, { signal });
  if (!other) throw copyMissing(`there is no HostPod "${name}" that would have the copy`);
  return {
    files: podFiles(paths, other.metadata.uid),
    userOf: (program) => programSandbox(uid, program).user,
  };
}

/** Gives a pod its address. One that it had before it gets again, since others know it by that. */
async function joinNetwork(pod: HostPod, host: PodHost, op: ClientOperation): Promise<PodNetwork> {
  const { uid, namespace } = pod.metadata;
  const wanted = pod.status?.address ?? pod.spec.address;
  const router = routerOf(pod.spec, { namespace });
  const known = await host.network.observe(uid, op.signal);
  const attachment =
    known.state === 'attached'
      ? known.attachment
      : await timed('join the network', op, async () =>
          host.network.attach(
            {
              uid,
              name: `pod-${nameOnHost(pod.metadata)}`,
              ports: [],
              interfaces: [
                {
                  kind: 'cni',
                  name: 'eth0',
                  addresses: wanted === undefined ? [] : [wanted],
                  lastAddresses: [],
                },
              ],
              ...(router !== undefined && { router }),
              reserved: reservations(await listOwnVms(host), { uid, router }),
              dns: noDns,
              labels: pod.metadata.labels,
            },
            op.signal,
          ),
        );
  const address = withoutPrefix(attachment.nics[0]?.addresses[0] ?? '');
  const reachedAt = attachment.reachedAt?.[0];
  return {
    ...{ netnsPath: attachment.netnsPath, address, dns: attachment.dns },
    ...(reachedAt !== undefined && { reachedAt }),
  };
}

/** Gives a pod its routes. Resolves with what is in the way of some, without which the programs run all the same; empty if nothing is. */
async function findRouteProblem(
  { metadata: { uid }, spec }: HostPod,
  { runner }: PodHost,
  signal: AbortSignal,
): Promise<string> {
  try {
    const refused = await keepRoutes(uid, spec.routes ?? [], runner, signal);
    return refused.map(({ to, via, reason }) => `${to} via ${via}: ${reason}`).join('; ');
  } catch (failure) {
    signal.throwIfAborted();
    return errorText(failure);
  }
}

interface PodPlace {
  readonly pod: HostPod;
  readonly files: PodFiles;
  readonly network: PodNetwork;
  readonly look: ProgramLook;
}

async function reconcileProgram(
  program: HostProgram,
  { pod, files: ofPod, network, look }: PodPlace,
  host: PodHost,
  op: ClientOperation,
): Promise<ReconciledProgram> {
  const { name, image } = program;
  const files = programFiles(ofPod, name);
  const identity = programSandbox(pod.metadata.uid, name);
  const secrets = await readSecrets(program, pod.metadata.namespace, host.client, op.signal);
  if ('missing' in secrets)
    return {
      status: {
        name,
        state: 'Waiting',
        isReady: false,
        message: `there is no Secret "${secrets.missing}"`,
      },
      waitMs: soonMs,
    };
  const root = await programRoot(image, files, host, op);
  const ready: ReadyProgram = { program, root, secrets, network };
  const place = { files, identity, sandbox: host.sandbox };
  const kept = await keepProgram(
    {
      ...{ name, image, fingerprint: fingerprintOf(ready), isReadyAtOnce: program.probe === undefined },
      launch: async (note) =>
        await timed(`launch ${name}`, op, async () => await launchProgram(ready, note, place, op.signal)),
      isReady: async () => await isAnswering(program, network.reachedAt ?? network.address, op.signal),
    },
    place,
    look,
  );
  return { ...kept, replacesImage: root.replaces === true };
}

/** What fails is tried again later, and does not keep the other programs of the pod from running. */
async function orWaiting(
  name: string,
  signal: AbortSignal,
  reconcile: () => Promise<ReconciledProgram>,
): Promise<ReconciledProgram> {
  try {
    return await reconcile();
  } catch (failure) {
    signal.throwIfAborted();
    return {
      status: { name, state: 'Waiting', isReady: false, message: errorText(failure) },
      waitMs: retryMs,
    };
  }
}
