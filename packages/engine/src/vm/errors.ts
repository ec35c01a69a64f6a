import type { Vm } from '@ignite/api/v1/vm';
import { CodedError, severalWrong } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { type Milliseconds, formatDuration } from '@ignite/toolkit/units/duration';

export type VmErrorCode =
  | 'VM_NOT_FOUND'
  | 'VM_AMBIGUOUS'
  | 'VM_NAME_TAKEN'
  | 'VM_UID_TAKEN'
  | 'VM_RUNNING'
  | 'VM_NOT_RUNNING'
  | 'VM_NO_ADDRESS'
  | 'VM_PAUSED'
  | 'PAUSE_UNSUPPORTED'
  | 'SUSPEND_UNSUPPORTED'
  | 'SUSPEND_FAILED'
  | 'CONSOLE_UNSUPPORTED'
  | 'USER_DATA_MISSING'
  | 'VM_EXITED'
  | 'VM_INVALID'
  | 'VM_LEAVING'
  | 'VM_DECLARED'
  | 'CONTENT_GONE'
  | 'CLOCK_LOST'
  | 'SSH_NO_KEY'
  | 'GUEST_SILENT'
  | 'SSH_UNREACHABLE'
  | 'WAIT_TIMEOUT'
  | 'KEY_INVALID'
  | 'COPY_FILE_INVALID'
  | 'IDENTITY_REFUSED'
  | 'SNAPSHOT_NOT_FOUND'
  | 'SNAPSHOT_AMBIGUOUS'
  | 'SNAPSHOT_NAME_TAKEN'
  | 'SNAPSHOT_UNSUPPORTED'
  | 'SNAPSHOT_UNFIT'
  | 'SNAPSHOT_FAILED'
  | 'SNAPSHOT_INVALID'
  | 'WARM_UNSUPPORTED'
  | 'TEMPLATE_DEFERRED';

const vmError = (code: VmErrorCode, what: string, hint: string, cause?: unknown): CodedError<VmErrorCode> =>
  new CodedError(code, what, { hint, cause });

export const nameTaken = (name: string): CodedError =>
  vmError(
    'VM_NAME_TAKEN',
    `a VM named "${name}" already exists`,
    `remove it with "ignite rm ${name}", or choose another --name`,
  );

export const uidTaken = (uid: string, name: string): CodedError =>
  vmError(
    'VM_UID_TAKEN',
    `VM "${name}" already has the uid ${uid}`,
    'remove the uid from the manifest, or remove that VM first',
  );

export const userTaken = (uid: string, name: string): CodedError =>
  vmError(
    'VM_UID_TAKEN',
    `a VM with the uid ${uid} would run as the same user as VM "${name}", because the uids begin with the same digits`,
    'remove the uid from the manifest, or remove one of the VMs',
  );

export const contentGone = (what: string): CodedError =>
  vmError(
    'CONTENT_GONE',
    `${what} was removed while a VM was being created from it`,
    'run the command again',
  );

export const clockLost = (name: string, times: number): CodedError =>
  vmError(
    'CLOCK_LOST',
    `VM "${name}" came up ${times === 1 ? 'once' : `${times} times`} without a clock that ticks`,
    'this host is too busy to emulate it: start it again when there is less to do',
  );

export const stillRunning = (name: string, how: 'running' | 'restarting'): CodedError =>
  vmError(
    'VM_RUNNING',
    `VM "${name}" is ${how}`,
    `stop it first with "ignite stop ${name}", or use "ignite rm -f ${name}"`,
  );

export const isLeaving = (name: string): CodedError =>
  vmError('VM_LEAVING', `VM "${name}" is being removed`, `finish the removal with "ignite rm -f ${name}"`);

export const notRunning = (name: string): CodedError =>
  vmError('VM_NOT_RUNNING', `VM "${name}" is not running`, `start it with "ignite start ${name}"`);

export const noAddress = (name: string): CodedError =>
  vmError(
    'VM_NO_ADDRESS',
    `VM "${name}" has no address that this host can reach`,
    `add an interface on a CNI network, or use its console: "ignite attach ${name}"`,
  );

export const isPaused = (name: string): CodedError =>
  vmError('VM_PAUSED', `VM "${name}" is paused`, `resume it with "ignite resume ${name}"`);

export const cannotPause = (vmm: string): CodedError =>
  vmError(
    'PAUSE_UNSUPPORTED',
    `${vmm} cannot pause a VM`,
    'stop it with "ignite stop", or run it with another VMM',
  );

export const cannotSuspend = (why: string): CodedError =>
  vmError(
    'SUSPEND_UNSUPPORTED',
    `the VM cannot be suspended: ${why}`,
    'stop it with "ignite stop", or pause it with "ignite pause"',
  );

export const suspendFailed = (name: string, cause: unknown): CodedError =>
  vmError(
    'SUSPEND_FAILED',
    `VM "${name}" could not be suspended, and goes on as before: ${errorText(cause)}`,
    'its state takes at most as much space as its memory, in the data directory of Ignite',
    cause,
  );

export const identityRefused = (name: string, cause?: unknown): CodedError =>
  vmError(
    'IDENTITY_REFUSED',
    `VM "${name}" goes on from a snapshot, and has not taken its own identity${cause === undefined ? '' : `: ${errorText(cause)}`}`,
    'it has no connection with a network; "ignite start --cold" boots it from its disk, without the programs in /etc/ignite/restored.d',
    cause,
  );

export const snapshotGone = (name: string): CodedError =>
  vmError(
    'SNAPSHOT_NOT_FOUND',
    `there is no snapshot with the name "${name}" in the namespace of the VM`,
    '"ignite snapshot ls" lists them all; spec.source.snapshot of the VM names the one that it is made from',
  );

export const snapshotUnfit = (name: string, why: string): CodedError =>
  vmError('SNAPSHOT_UNFIT', `snapshot "${name}" cannot be used for the VM: ${why}`, 'use another snapshot');

export const keptWithoutRouter = (name: string): CodedError =>
  vmError(
    'VM_INVALID',
    `VM "${name}" has kept the identity of another VM, and so needs a router: both would have the same addresses and the same name`,
    'set spec.network.router again',
  );

export const cannotSnapshot = (why: string, hint = 'see docs/snapshots.md'): CodedError =>
  vmError('SNAPSHOT_UNSUPPORTED', `no snapshot can be taken of the VM: ${why}`, hint);

export const cannotWarm = (why: string): CodedError =>
  vmError(
    'WARM_UNSUPPORTED',
    `the VM cannot start from a template: ${why}`,
    'start it without --warm always',
  );

export const templateDeferred = (why: string): CodedError =>
  vmError(
    'TEMPLATE_DEFERRED',
    `no template is made in the background: ${why}`,
    'make it with "ignite warm --like VM", which does not look at what is free',
  );

export const snapshotFailed = (name: string, cause: unknown): CodedError =>
  vmError(
    'SNAPSHOT_FAILED',
    `no snapshot could be taken of VM "${name}", which goes on as before: ${errorText(cause)}`,
    'it takes at most as much space as the memory of the VM and its disk, in the data directory of Ignite',
    cause,
  );

export const snapshotNameInvalid = (name: string): CodedError =>
  vmError(
    'SNAPSHOT_INVALID',
    `not a snapshot name: ${JSON.stringify(name)}`,
    'use at most 63 lower-case letters, digits and dashes',
  );

export const snapshotNameTaken = (name: string): CodedError =>
  vmError('SNAPSHOT_NAME_TAKEN', `there is already a snapshot named "${name}"`, 'choose another name');

export const userDataMissing = (name: string, secret: string, key: string): CodedError =>
  vmError(
    'USER_DATA_MISSING',
    `VM "${name}" gets its user data from the key "${key}" of the Secret ${secret}, which does not exist`,
    `create it, or change spec.cloudInit.userDataSecretRef of the VM`,
  );

export const consoleUnsupported = (name: string, vmm: string): CodedError =>
  vmError(
    'CONSOLE_UNSUPPORTED',
    `the console of VM "${name}" takes no input, because the VM runs under ${vmm}`,
    `watch it with "ignite logs -f ${name}", or log in with "ignite ssh ${name}"`,
  );

export const exitedEarly = ({ metadata: { name }, status: { exitCode, message } }: Vm): CodedError =>
  vmError(
    'VM_EXITED',
    `VM "${name}" powered off ${exitCode === undefined ? '' : `with exit code ${exitCode} `}before it was ready` +
      (message === undefined ? '' : `: ${message}`),
    `see "ignite logs ${name}"`,
  );

export const declaredVm = (name: string, owner: string): CodedError =>
  vmError(
    'VM_DECLARED',
    `VM "${name}" is declared under this name by Sync "${owner}"`,
    'rename it in the manifests of the Sync',
  );

export const invalidVm = (what: string, hint: string): CodedError => vmError('VM_INVALID', what, hint);

/** The error for a spec in which one or more things are wrong. */
export const invalidSpec = (messages: readonly string[]): CodedError =>
  severalWrong<VmErrorCode>('VM_INVALID', messages, 'see "ignite run --help"');

export const noSshKey = (name: string): CodedError =>
  vmError(
    'SSH_NO_KEY',
    `VM "${name}" was created without an SSH key`,
    'use a private key with "-i FILE", or create the VM with --ssh',
  );

export const guestSilent = (name: string, cause: unknown): CodedError =>
  vmError(
    'GUEST_SILENT',
    `the guest of VM "${name}" does not get ready to run commands: ${errorText(cause)}`,
    'look at "ignite logs"; a guest that still boots needs longer (--timeout)',
    cause,
  );

export const noIdentity = (path: string): CodedError =>
  vmError(
    'SSH_NO_KEY',
    `there is no private key ${path}`,
    'use a private key that you can read with "-i FILE"; standard input needs no flag, and "-t" alone allocates a terminal',
  );

export const sshUnreachable = (name: string, seconds: number, cause: unknown): CodedError =>
  vmError(
    'SSH_UNREACHABLE',
    `SSH of VM "${name}" did not answer within ${seconds} s`,
    `see "ignite logs ${name}"; the image needs an SSH server, such as openssh-server; use --timeout to wait longer`,
    cause,
  );

export const noSshServer = (name: string): CodedError =>
  vmError(
    'SSH_UNREACHABLE',
    `VM "${name}" runs, but its image has no SSH server: none of sshd, dropbear and tinysshd`,
    `use an image with an SSH server, such as openssh-server, or omit --ssh and use "ignite attach ${name}"; use --timeout to wait for a server that the VM installs itself`,
  );

export const waitTimedOut = (
  query: string,
  conditions: readonly string[],
  afterMs: Milliseconds,
): CodedError =>
  vmError(
    'WAIT_TIMEOUT',
    `VM "${query}" was not ${conditions.join(' or ')} within ${formatDuration(afterMs)}`,
    'see its status with "ignite ps -a", or use a longer --timeout',
  );

export const invalidKey = (path: string, cause?: unknown): CodedError =>
  vmError(
    'KEY_INVALID',
    `not a public SSH key: ${path}`,
    'use --ssh with the path of a ".pub" file, or without a value',
    cause,
  );

export const uncopyableFile = (path: string, cause: unknown): CodedError =>
  vmError(
    'COPY_FILE_INVALID',
    `cannot copy ${path} into the VM`,
    'use --copy-files with readable files: /host/path:/vm/path',
    cause,
  );
