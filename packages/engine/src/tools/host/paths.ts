import { type Named, nameOnHost } from '@ignite/api/v1/shown-name';
import { join } from 'node:path';

/** The folders where Ignite keeps what must survive a reboot, and what must not. */
export interface Paths {
  readonly dataDir: string;
  readonly runDir: string;
}

export const defaultPaths: Paths = { dataDir: '/var/lib/ignite', runDir: '/run/ignite' };

export const storePath = (paths: Paths): string => join(paths.dataDir, 'state.db');
/** Returns the path of the store's snapshot, for users who may only read. */
export const snapshotPath = (paths: Paths): string => join(paths.dataDir, 'state.snapshot');
/** Returns the path of the keys with which Secrets are encrypted in the store. */
export const keysPath = (paths: Paths): string => join(paths.dataDir, 'secrets.key');
/** Returns the folder with the keys of the API. */
export const apiDir = (paths: Paths): string => join(paths.dataDir, 'api');
/** Returns the path of the kubeconfig of the API's administrator. */
export const kubeconfigPath = (paths: Paths): string => join(apiDir(paths), 'kubeconfig');
/** Returns the path of the unix socket of the API, unless ignited is told another one. */
export const apiSocketPath = (paths: Paths): string => join(paths.runDir, 'api.sock');
export const locksDir = (paths: Paths): string => join(paths.dataDir, 'locks');
export const layoutDir = (paths: Paths): string => join(paths.dataDir, 'oci');
export const networkDir = (paths: Paths): string => join(paths.dataDir, 'network');
export const kernelsDir = (paths: Paths): string => join(paths.dataDir, 'kernels');
export const kernelDir = (paths: Paths, id: string): string => join(kernelsDir(paths), id);
export const imageDir = (paths: Paths, digest: string): string =>
  join(paths.dataDir, 'images', digest.replace(/^sha256:/, ''));

/** Returns the folder of a named volume. */
export const volumeDir = (paths: Paths, volume: Named['metadata']): string =>
  join(paths.dataDir, 'volumes', nameOnHost(volume));
export const volumeFile = (paths: Paths, volume: Named['metadata']): string =>
  join(volumeDir(paths, volume), 'data.ext4');

/** Returns the folder of a snapshot. */
export const snapshotDir = (paths: Paths, uid: string): string =>
  join(paths.dataDir, 'snapshots', uidName(uid));

/** Returns the folder of disks that were kept when their VMs were removed. */
export const keptDisksDir = (paths: Paths): string => join(paths.dataDir, 'kept-disks');

/**
 * Pure. Returns the uid of a VM, or of a program beside it, as the name of a file or folder.
 * @throws if the path would lead elsewhere
 */
function uidName(uid: string): string {
  if (!/^[0-9a-z][\w.-]{0,127}$/i.test(uid)) throw new Error(`"${uid}" is not a uid of a VM`);
  return uid;
}

/** The disks of a VM, by the names of their files. */
export const diskNames = {
  disk: 'root.qcow2',
  rawDisk: 'root.raw',
  diskBefore: 'root.before-rollback',
} as const;

/** The files of a VM that survive a reboot. */
export interface VmFiles {
  readonly dir: string;
  /** The copy-on-write disk. */
  readonly disk: string;
  /** The raw disk of a VM whose VMM supports no other format. */
  readonly rawDisk: string;
  /** The disk that a rollback has set aside until the VM is up. */
  readonly diskBefore: string;
  readonly seed: string;
  /** The folder with the saved state of the machine while the VM is suspended. */
  readonly savedState: string;
  /** The mark of a machine that goes on from a snapshot and has not been given its own identity yet. */
  readonly identityDue: string;
  /** The disk that cloud-init reads. */
  readonly cloudInit: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly hostKey: string;
  readonly knownHosts: string;
  readonly consoleLog: string;
  readonly exitStatus: string;
  /** The file that names the runtime of the sandbox while there is one of another runtime than conmon. */
  readonly runtime: string;
  /** The requests to the VMM at its start, and its reports about the guest. */
  readonly eventsIn: string;
  /** The folder with the links by which the VMM finds them. */
  readonly events: string;
  readonly eventsOut: string;
  /** The socket that serves the VM's metrics while there is a daemon. Its name is that of the original. */
  readonly metrics: string;
}

export function vmFiles(paths: Paths, uid: string): VmFiles {
  const dir = join(paths.dataDir, 'vms', uidName(uid));
  return {
    dir,
    disk: join(dir, diskNames.disk),
    rawDisk: join(dir, diskNames.rawDisk),
    diskBefore: join(dir, diskNames.diskBefore),
    seed: join(dir, 'seed.cpio'),
    savedState: join(dir, 'saved-state'),
    identityDue: join(dir, 'identity-due'),
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

/** The files of a VM that exist while it runs. */
export interface VmRunFiles {
  readonly dir: string;
  /** The folder in which the VMM, as its own user, creates its sockets. */
  readonly sockets: string;
  /** The socket of the SSH connection that commands share. */
  readonly sshSession: string;
  /** The memory of a VM of which a template is made, where it can be mapped. */
  readonly memory: string;
  /** The folder in which each program that shares a folder has a folder for its socket. */
  readonly shares: string;
}

export function vmRunFiles(paths: Paths, uid: string): VmRunFiles {
  const dir = join(paths.runDir, 'vms', uidName(uid));
  return {
    dir,
    sockets: join(dir, 'sockets'),
    sshSession: join(dir, 'ssh.sock'),
    memory: join(dir, 'memory'),
    shares: join(paths.runDir, 'shares', uid),
  };
}

/** Returns the path of the file that notes the processes of a VM. */
export const vmProcessesPath = (paths: Paths, uid: string): string =>
  join(paths.runDir, 'processes', `${uidName(uid)}.json`);

/**
 * The sockets of the ports at which a guest runs commands for the host, one at a time at each. Each port takes half a megabyte of the guest's
 * memory.
 */
export const commandSocketNames = [0, 1, 2, 3].map((at) => `command-${at}.sock`);

/** Returns the sockets of a running VM's VMM. */
export function vmmSockets(
  paths: Paths,
  uid: string,
): {
  readonly control: string;
  readonly console: string;
  readonly state: string;
  readonly identity: string;
  readonly commands: readonly string[];
} {
  const { sockets } = vmRunFiles(paths, uid);
  const at = (name: string): string => join(sockets, `${name}.sock`);
  return {
    control: at('control'),
    console: at('console'),
    state: at('state'),
    identity: at('identity'),
    commands: commandSocketNames.map((name) => join(sockets, name)),
  };
}

/** Of what one VM runs, while it runs. */
export function streamSockets(
  paths: Paths,
  uid: string,
): { readonly stdin: string; readonly stdout: string; readonly stderr: string; readonly control: string } {
  const at = (name: string): string => join(vmRunFiles(paths, uid).sockets, `${name}.sock`);
  return { stdin: at('stdin'), stdout: at('stdout'), stderr: at('stderr'), control: at('guest') };
}
