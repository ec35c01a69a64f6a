import { join } from 'node:path';

/** Where Ignite keeps what must survive a reboot, and what must not. */
export interface Paths {
  readonly dataDir: string;
  readonly runDir: string;
}

export const defaultPaths: Paths = { dataDir: '/var/lib/ignite', runDir: '/run/ignite' };

export const storePath = (paths: Paths): string => join(paths.dataDir, 'state.db');
/** What is in the store, for those who may look at it and no more. */
export const snapshotPath = (paths: Paths): string => join(paths.dataDir, 'state.snapshot');
export const locksDir = (paths: Paths): string => join(paths.dataDir, 'locks');
export const layoutDir = (paths: Paths): string => join(paths.dataDir, 'oci');
export const networkDir = (paths: Paths): string => join(paths.dataDir, 'network');
export const kernelDir = (paths: Paths, id: string): string => join(paths.dataDir, 'kernels', id);
export const imageDir = (paths: Paths, digest: string): string =>
  join(paths.dataDir, 'images', digest.replace(/^sha256:/, ''));

/** Of a named volume. */
export const volumeDir = (paths: Paths, name: string): string => join(paths.dataDir, 'volumes', name);
export const volumeFile = (paths: Paths, name: string): string => join(volumeDir(paths, name), 'data.ext4');

/** Where disks stay whose VMs are gone but which were to be kept. */
export const keptDisksDir = (paths: Paths): string => join(paths.dataDir, 'kept-disks');

/** The files of one VM that survive a reboot. */
export interface VmFiles {
  readonly dir: string;
  /** Copy-on-write. */
  readonly disk: string;
  /** Of a VM whose VMM knows no other form. */
  readonly rawDisk: string;
  readonly seed: string;
  /** What cloud-init reads. */
  readonly cloudInit: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly hostKey: string;
  readonly knownHosts: string;
  readonly consoleLog: string;
  readonly exitStatus: string;
  /** Names the runtime of its sandbox while there is one that is not conmon's. */
  readonly runtime: string;
  /** What the VMM is asked for when it starts. */
  readonly eventsIn: string;
  /** A folder with links by which the VMM finds that, and its standard error for what it tells of its guest. */
  readonly events: string;
  /** Where VMMs that an older Ignite has started tell that, without a bound. */
  readonly eventsOut: string;
  /** Where the VM's metrics are served while there is a daemon; the original had it by that name. */
  readonly metrics: string;
}

export function vmFiles(paths: Paths, uid: string): VmFiles {
  const dir = join(paths.dataDir, 'vms', uid);
  return {
    dir,
    disk: join(dir, 'root.qcow2'),
    rawDisk: join(dir, 'root.raw'),
    seed: join(dir, 'seed.cpio'),
    cloudInit: join(dir, 'cidata.img'),
    privateKey: join(dir, 'ssh_key'),
    publicKey: join(dir, 'ssh_key.pub'),
    hostKey: join(dir, 'ssh_host_ed25519_key'),
    knownHosts: join(dir, 'known_hosts'),
    consoleLog: join(dir, 'console.log'),
    exitStatus: join(dir, 'exit-status'),
    runtime: join(dir, 'runtime'),
    eventsIn: join(dir, 'events.in'),
    events: join(dir, 'events'),
    eventsOut: join(dir, 'events.out'),
    metrics: join(dir, 'prometheus.sock'),
  };
}

/** The files of one VM that exist while it runs. */
export interface VmRunFiles {
  readonly dir: string;
  /** Where the VMM, as its own user, makes its sockets. */
  readonly sockets: string;
  /** The socket of the SSH connection that commands share. */
  readonly sshSession: string;
  /** Where each program that shares a folder has a folder with its socket. */
  readonly shares: string;
}

export function vmRunFiles(paths: Paths, uid: string): VmRunFiles {
  const dir = join(paths.runDir, 'vms', uid);
  return {
    dir,
    sockets: join(dir, 'sockets'),
    sshSession: join(dir, 'ssh.sock'),
    shares: join(paths.runDir, 'shares', uid),
  };
}

/** Of one VM's VMM, while it runs. */
export function vmmSockets(
  paths: Paths,
  uid: string,
): { readonly control: string; readonly console: string } {
  const { sockets } = vmRunFiles(paths, uid);
  return { control: join(sockets, 'control.sock'), console: join(sockets, 'console.sock') };
}
