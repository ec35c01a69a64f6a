import type { Vm } from '@ignite/api/v1/vm';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
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
  | 'CONSOLE_UNSUPPORTED'
  | 'VM_EXITED'
  | 'VM_INVALID'
  | 'VM_LEAVING'
  | 'VM_DECLARED'
  | 'CONTENT_GONE'
  | 'CLOCK_LOST'
  | 'SSH_NO_KEY'
  | 'SSH_UNREACHABLE'
  | 'WAIT_TIMEOUT'
  | 'KEY_INVALID'
  | 'COPY_FILE_INVALID';

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
    `VM "${name}" has the uid ${uid} already`,
    'leave the uid out of the manifest, or remove that VM first',
  );

export const userTaken = (uid: string, name: string): CodedError =>
  vmError(
    'VM_UID_TAKEN',
    `a VM with the uid ${uid} would run as the user that VM "${name}" runs as: the uids begin alike`,
    'leave the uid out of the manifest, or remove one of the two',
  );

export const contentGone = (what: string): CodedError =>
  vmError('CONTENT_GONE', `${what} was removed while a VM was made of it`, 'run the command again');

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
  vmError('VM_LEAVING', `VM "${name}" is being removed`, `finish that with "ignite rm -f ${name}"`);

export const notRunning = (name: string): CodedError =>
  vmError('VM_NOT_RUNNING', `VM "${name}" is not running`, `start it with "ignite start ${name}"`);

export const noAddress = (name: string): CodedError =>
  vmError(
    'VM_NO_ADDRESS',
    `VM "${name}" has no address by which this host could reach it`,
    `give it an interface on a CNI network; "ignite attach ${name}" shows its console meanwhile`,
  );

export const isPaused = (name: string): CodedError =>
  vmError('VM_PAUSED', `VM "${name}" is paused`, `let it go on with "ignite resume ${name}"`);

export const cannotPause = (vmm: string): CodedError =>
  vmError(
    'PAUSE_UNSUPPORTED',
    `${vmm} cannot pause a VM`,
    'stop it with "ignite stop", or run it with another VMM',
  );

export const consoleUnsupported = (name: string, vmm: string): CodedError =>
  vmError(
    'CONSOLE_UNSUPPORTED',
    `nothing can be typed at the console of VM "${name}", which ${vmm} runs`,
    `watch it with "ignite logs -f ${name}", or get in with "ignite ssh ${name}"`,
  );

export const exitedEarly = ({ metadata: { name }, status: { exitCode, message } }: Vm): CodedError =>
  vmError(
    'VM_EXITED',
    `VM "${name}" powered off ${exitCode === undefined ? '' : `with exit code ${exitCode} `}before it was ready` +
      (message === undefined ? '' : `: ${message}`),
    `see more with "ignite logs ${name}"`,
  );

export const declaredVm = (name: string, owner: string): CodedError =>
  vmError(
    'VM_DECLARED',
    `VM "${name}" is declared by Sync "${owner}" under its name`,
    'rename it where it is declared',
  );

export const invalidVm = (what: string, hint: string): CodedError => vmError('VM_INVALID', what, hint);

export const noSshKey = (name: string): CodedError =>
  vmError(
    'SSH_NO_KEY',
    `VM "${name}" was made without an SSH key of its own`,
    'name the private key with "-i FILE", or make the VM with --ssh',
  );

export const noIdentity = (path: string): CodedError =>
  vmError(
    'SSH_NO_KEY',
    `there is no private key ${path}`,
    'name one that can be read with "-i FILE"; input is passed on without a flag, and "-t" alone gives a terminal',
  );

export const sshUnreachable = (name: string, seconds: number, cause: unknown): CodedError =>
  vmError(
    'SSH_UNREACHABLE',
    `SSH of VM "${name}" did not answer within ${seconds} s`,
    `look at "ignite logs ${name}"; the image needs an SSH server such as openssh-server; "--timeout" waits longer`,
    cause,
  );

export const noSshServer = (name: string): CodedError =>
  vmError(
    'SSH_UNREACHABLE',
    `VM "${name}" runs, but its image has no SSH server: none of sshd, dropbear and tinysshd`,
    `take an image with one, such as openssh-server, or leave out --ssh and use "ignite attach ${name}"; "--timeout SECONDS" waits for a server that the VM installs by itself`,
  );

export const waitTimedOut = (
  query: string,
  conditions: readonly string[],
  afterMs: Milliseconds,
): CodedError =>
  vmError(
    'WAIT_TIMEOUT',
    `VM "${query}" was not ${conditions.join(' or ')} within ${formatDuration(afterMs)}`,
    '"ignite ps -a" shows what it is instead; a longer --timeout waits longer',
  );

export const invalidKey = (path: string, cause?: unknown): CodedError =>
  vmError(
    'KEY_INVALID',
    `not a public SSH key: ${path}`,
    'give --ssh the path of a ".pub" file, or no value',
    cause,
  );

export const uncopyableFile = (path: string, cause: unknown): CodedError =>
  vmError(
    'COPY_FILE_INVALID',
    `cannot copy ${path} into the VM`,
    '--copy-files takes readable files: /host/path:/vm/path',
    cause,
  );
