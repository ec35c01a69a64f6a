import { rm } from 'node:fs/promises';
import type { HostPod, HostPodStatus, HostProgram, HostProgramStatus } from '@ignite/api/host-pod/host-pod';
import type { ClientOperation } from '@ignite/api/client/progress';
import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { withoutPrefix } from '../tools/network/address/ip-address.ts';
import { listOwnVms } from '../tools/store/own-vms.ts';
import { reservations } from '../vm/steps/interface-requests.ts';
import type { VmPorts } from '../vm/vm-ports.ts';
import {
  type PodNetwork,
  type ProgramPlace,
  type ReadyProgram,
  endProgram,
  fingerprintOf,
  launchProgram,
  readLaunchNote,
} from './launch-program.ts';
import { planProgram } from './plan-program.ts';
import { type PodFiles, podFiles, programFiles } from './pod-files.ts';
import { podStatus } from './pod-status.ts';
import { isAnswering } from './probe-program.ts';
import { programRoot, removeUnusedRoots } from './program-root.ts';
import { programSandbox } from './program-sandbox.ts';
import { readSecrets } from './program-secrets.ts';

/** A host as pods use it. */
export interface PodHost extends VmPorts {
  /** The objects that pods name: Secrets. */
  readonly client: ObjectClient;
}

/** The time after which a program is looked at again that runs as it should. */
const lookMs = 5_000;
/** The time after which a program is looked at again that becomes ready. */
const soonMs = 1_000;
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
  const wanted = new Set(pod.spec.programs.map(({ name }) => name));
  await removeOthers(pod, wanted, { files, host }, op.signal);
  const network = await joinNetwork(pod, host, op.signal);
  const found: ReconciledProgram[] = [];
  for (const program of pod.spec.programs)
    found.push(await reconcileProgram(program, { pod, files, network }, host, op));
  if (found.some(({ replacesImage }) => replacesImage)) await removeUnusedRoots(host.paths, op.signal);
  return {
    status: podStatus(
      pod,
      network.address,
      found.map(({ status }) => status),
      host.clock.now(),
    ),
    requeueAfterMs: Math.min(lookMs, ...found.map(({ waitMs }) => waitMs)),
  };
}

/** Removes all that the host has of a pod. */
export async function removePod(pod: HostPod, host: PodHost, signal: AbortSignal): Promise<void> {
  const { uid } = pod.metadata;
  const files = podFiles(host.paths, uid);
  await removeOthers(pod, new Set(), { files, host }, signal);
  await host.network.detach(uid, signal);
  await rm(files.runDir, { recursive: true, force: true });
  await rm(files.dir, { recursive: true, force: true });
  await removeUnusedRoots(host.paths, signal);
}

/** Ends the programs of a pod but those that are wanted. What they kept goes with them. */
async function removeOthers(
  { metadata, spec }: HostPod,
  wanted: ReadonlySet<string>,
  { files, host }: { readonly files: PodFiles; readonly host: PodHost },
  signal: AbortSignal,
): Promise<void> {
  const known = new Set([...(await namesIn(files.runDir)), ...(await namesIn(`${files.dir}/programs`))]);
  // The last one is ended first: a program may need those before it.
  const places = new Map(spec.programs.map(({ name }, at) => [name, at]));
  const placeOf = (name: string): number => places.get(name) ?? places.size;
  const others = [...known.difference(wanted)].toSorted((a, b) => placeOf(b) - placeOf(a));
  for (const name of others) {
    await endProgram(programSandbox(metadata.uid, name).uid, host.sandbox, signal);
    await rm(`${files.dir}/programs/${name}`, { recursive: true, force: true });
    await rm(programFiles(files, name).runDir, { recursive: true, force: true });
  }
}

/** Gives a pod its address. One that it had before it gets again, since others know it by that. */
async function joinNetwork(pod: HostPod, host: PodHost, signal: AbortSignal): Promise<PodNetwork> {
  const { uid } = pod.metadata;
  const known = await host.network.observe(uid, signal);
  const attachment =
    known.state === 'attached'
      ? known.attachment
      : await host.network.attach(
          {
            uid,
            name: `pod-${nameOnHost(pod.metadata)}`,
            ports: [],
            interfaces: [
              {
                kind: 'cni',
                name: 'eth0',
                addresses: pod.status?.address === undefined ? [] : [pod.status.address],
                lastAddresses: [],
              },
            ],
            reserved: reservations(await listOwnVms(host), uid),
            dns: noDns,
            labels: pod.metadata.labels,
          },
          signal,
        );
  const address = withoutPrefix(attachment.nics[0]?.addresses[0] ?? '');
  return { netnsPath: attachment.netnsPath, address, dns: attachment.dns };
}

interface PodPlace {
  readonly pod: HostPod;
  readonly files: PodFiles;
  readonly network: PodNetwork;
}

interface ReconciledProgram {
  readonly status: HostProgramStatus;
  readonly waitMs: number;
  readonly replacesImage?: boolean;
}

async function reconcileProgram(
  program: HostProgram,
  { pod, files: ofPod, network }: PodPlace,
  host: PodHost,
  op: ClientOperation,
): Promise<ReconciledProgram> {
  const { name, image } = program;
  const files = programFiles(ofPod, name);
  const identity = programSandbox(pod.metadata.uid, name);
  try {
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
    const kept = await keep(ready, { files, identity, sandbox: host.sandbox }, host, op.signal);
    return { ...kept, replacesImage: root.replaces === true };
  } catch (failure) {
    op.signal.throwIfAborted();
    return {
      status: { name, state: 'Waiting', isReady: false, message: errorText(failure) },
      waitMs: retryMs,
    };
  }
}

async function keep(
  ready: ReadyProgram,
  place: ProgramPlace,
  { clock }: Pick<PodHost, 'clock'>,
  signal: AbortSignal,
): Promise<ReconciledProgram> {
  const { program, network } = ready;
  const { name, image } = program;
  const observed = await place.sandbox.observe(place.identity.uid);
  const note = await readLaunchNote(place.files);
  const step = planProgram(fingerprintOf(ready), observed, note, clock.now());
  const told = ({ restarts, startMs }: { restarts: number; startMs: number }) => ({
    restarts,
    startTime: new Date(startMs).toISOString(),
  });
  switch (step.type) {
    case 'keep': {
      const isReady = await isAnswering(program, network.address, signal);
      return {
        status: { name, image, state: 'Running', isReady, ...told(note!) },
        waitMs: isReady ? lookMs : soonMs,
      };
    }
    case 'launch':
      await launchProgram(ready, step.note, place, signal);
      return {
        status: { name, image, state: 'Running', isReady: program.probe === undefined, ...told(step.note) },
        waitMs: soonMs,
      };
    case 'note-end':
      await replaceFile(place.files.launchNote, JSON.stringify(step.note), 0o600);
      return await keep(ready, place, { clock }, signal);
    case 'wait':
      return {
        status: { name, image, state: 'Ended', isReady: false, message: endText(observed), ...told(note!) },
        waitMs: step.waitMs,
      };
  }
}

function endText(observed: Awaited<ReturnType<ProgramPlace['sandbox']['observe']>>): string {
  if (observed.state !== 'exited') return 'it has ended';
  if (observed.outOfMemory) return 'it needed more memory than its limit';
  return observed.exitCode === undefined ? 'it has ended' : `it has ended with status ${observed.exitCode}`;
}
