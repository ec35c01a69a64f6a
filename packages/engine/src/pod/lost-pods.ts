import { join } from 'node:path';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { uidForm } from '@ignite/api/v1/is-uid';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { namesIn } from '@ignite/toolkit/files/names-in';
import type { Paths } from '../tools/host/paths.ts';
import type { StoreAdministration } from '../tools/store/store-administration.ts';
import { podFiles, podsDir, programFiles, runningPodsDir } from './pod-files.ts';

/** Pods as the store has them where clusters are not served. */
const served = { ...hostPodKind, isNamespaced: true, hasStatus: true };

/**
 * Returns the uids of pods of which this host has programs, data or an address although there is no object of them any more,
 * because somebody took their finalizers away or the store was restored from a backup.
 */
export async function findLostPods(
  paths: Paths,
  administration: Pick<StoreAdministration, 'served'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // The object of a pod is there before its files, and goes after them.
  const names = [...(await namesIn(podsDir(paths))), ...(await namesIn(runningPodsDir(paths)))];
  const here = [...new Set(names)].filter((name) => uidForm.test(name));
  if (here.length === 0) return [];
  const objects = new KindClient<HostPod>(
    administration.served(undefined, () => [served]),
    hostPodKind,
  );
  const known = new Set((await objects.list({ signal })).items.map(({ metadata }) => metadata.uid));
  return here.filter((uid) => !known.has(uid)).toSorted();
}

/** Tells whether a program of a pod keeps something, such as the data of an etcd. */
export async function keepsData(paths: Paths, uid: string): Promise<boolean> {
  const files = podFiles(paths, uid);
  const programs = (await namesIn(join(files.dir, 'programs'))).filter((name) => isDnsLabel(name));
  const volumes = await Promise.all(programs.map((name) => namesIn(programFiles(files, name).volumes)));
  return volumes.some((names) => names.length > 0);
}

/** What a lost pod is called in lists. */
export const lostPodName = (uid: string): string => join('pods', uid);
