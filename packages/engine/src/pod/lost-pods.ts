import { join } from 'node:path';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { uidForm } from '@ignite/api/v1/is-uid';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { namesIn } from '@ignite/toolkit/files/names-in';
import type { Paths } from '../tools/host/paths.ts';
import type { StoreAdministration } from '../tools/store/store-administration.ts';
import { podFiles, podsDir, programFiles, runningPodsDir } from './pod-files.ts';

/**
 * Returns the uids of pods of which this host has programs, data or an address although there is no object of them any more,
 * because somebody took their finalizers away or the store was restored from a backup. None counts as lost while the record of any
 * pod is damaged, since it may be that one's.
 */
export async function findLostPods(
  paths: Paths,
  administration: Pick<StoreAdministration, 'stored'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // The object of a pod is there before its files, and goes after them.
  const names = [...(await namesIn(podsDir(paths))), ...(await namesIn(runningPodsDir(paths)))];
  const here = [...new Set(names)].filter((name) => uidForm.test(name));
  if (here.length === 0) return [];
  const { items, broken = [] } = await administration.stored.list(hostPodKind, undefined, { signal });
  if (broken.length > 0) return [];
  const known = new Set(items.map(({ metadata }) => metadata.uid));
  return here.filter((uid) => !known.has(uid)).toSorted();
}

/** Tells whether a program of a pod keeps something, such as the data of an etcd, or a copy of that. */
export async function keepsData(paths: Paths, uid: string): Promise<boolean> {
  const files = podFiles(paths, uid);
  const programs = (await namesIn(join(files.dir, 'programs'))).filter((name) => isDnsLabel(name));
  const volumes = await Promise.all(programs.map((name) => namesIn(programFiles(files, name).volumes)));
  return [...volumes, await namesIn(files.copies)].some((names) => names.length > 0);
}

/** What a lost pod is called in lists. */
export const lostPodName = (uid: string): string => join('pods', uid);
