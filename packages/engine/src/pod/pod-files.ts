import { join } from 'node:path';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { isUid } from '@ignite/api/v1/is-uid';
import type { Paths } from '../tools/host/paths.ts';

export const podsDir = (paths: Paths): string => join(paths.dataDir, 'pods');
/** Returns the folder of what does not survive a reboot, of all pods. */
export const runningPodsDir = (paths: Paths): string => join(paths.runDir, 'pods');
/** Returns the folder of the unpacked images of all pods, by their digests. */
export const rootsDir = (paths: Paths): string => join(paths.dataDir, 'pod-images');
export const rootDir = (paths: Paths, digest: string): string =>
  join(rootsDir(paths), digest.replace(/^sha256:/, ''));

/** The files of a pod. */
export interface PodFiles {
  /** The folder with what survives a reboot. */
  readonly dir: string;
  /** The folder with what does not. */
  readonly runDir: string;
  /** The folder with the copies of what the programs keep, each in a folder of its own. */
  readonly copies: string;
  /** The note that says by which wish that was last brought back to a copy. */
  readonly restoreNote: string;
}

/** @throws RangeError if the uid would lead elsewhere */
export function podFiles(paths: Paths, uid: string): PodFiles {
  if (!isUid(uid)) throw new RangeError(`"${uid}" is not the uid of a pod`);
  const dir = join(podsDir(paths), uid);
  return {
    ...{ dir, runDir: join(runningPodsDir(paths), uid) },
    ...{ copies: join(dir, 'copies'), restoreNote: join(dir, 'restored') },
  };
}

/** The files of a program of a pod. */
export interface ProgramFiles {
  /** The note that says which image the program comes from. */
  readonly imageNote: string;
  readonly volumes: string;
  readonly log: string;
  /** The folder with what does not survive a reboot. */
  readonly runDir: string;
  /** The note that says what was started, and how often. */
  readonly launchNote: string;
  /** The folder of the Secrets, each in a folder of its own. */
  readonly secrets: string;
  readonly hosts: string;
  readonly resolvConf: string;
}

export function programFiles({ dir, runDir }: PodFiles, name: string): ProgramFiles {
  if (!isDnsLabel(name)) throw new RangeError(`"${name}" is not the name of a program`);
  const [kept, passing] = [join(dir, 'programs', name), join(runDir, name)];
  return {
    imageNote: join(kept, 'image.json'),
    volumes: join(kept, 'volumes'),
    log: join(kept, 'output.log'),
    runDir: passing,
    launchNote: join(passing, 'launch.json'),
    secrets: join(passing, 'secrets'),
    hosts: join(passing, 'hosts'),
    resolvConf: join(passing, 'resolv.conf'),
  };
}
