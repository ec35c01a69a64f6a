import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assertOwnFolder } from '@ignite/toolkit/files/own-folder';
import { type Paths, networkDir } from './paths.ts';

const permissions = 0o7777;
const privateMode = 0o700;
const privateFolders = [
  'gitops',
  'images',
  'kept-disks',
  'kernels',
  'locks',
  'oci',
  'pod-images',
  'pods',
  'scratch',
  'snapshots',
  'vms',
  'volumes',
];
const privateRunFolders = ['pods', 'restarts', 'runtime', 'shares', 'vms'];

/**
 * Creates the data directory and the run directory with their folders, which only root can enter. One folder is open:
 * dnsmasq, which runs as nobody, reads the names and addresses of its network. Other unprivileged programs get what they
 * need by mounts that root makes. Folders that an older Ignite left open are closed.
 * @throws CodedError FOLDER_UNSAFE
 */
export function claimFolders(paths: Paths): void {
  const { dataDir, runDir } = paths;
  for (const path of [dataDir, runDir]) {
    mkdirSync(path, { recursive: true, mode: 0o711 });
    assertOwnFolder(path, statSync(path));
  }
  for (const name of privateFolders) makeFolder(join(dataDir, name), privateMode);
  for (const name of privateRunFolders) makeFolder(join(runDir, name), privateMode);
  makeFolder(networkDir(paths), 0o755);
}

function makeFolder(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) mkdirSync(path, { recursive: true, mode });
  else if (found.isDirectory() && (found.mode & permissions) !== mode) chmodSync(path, mode);
}
