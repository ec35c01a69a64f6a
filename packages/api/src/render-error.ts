import { inspect } from 'node:util';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { printable } from '@ignite/toolkit/text/printable';

/** A line for each thing that is wrong, lines for causes that tell more, and one line for what to do. */
export function renderError(failure: unknown, debug: boolean): string {
  if (!(failure instanceof CodedError)) return renderUncoded(failure, debug);
  const said = causesOf(failure)
    .map(({ message }) => `cause: ${shortened(message)}\n`)
    .join('');
  const where = debug ? `debug: ${inspect(failure)}\n` : '';
  const wrong = [failure.message, ...failure.further].map((text) => `error: ${shortened(text)}\n`).join('');
  return `${wrong}${said}hint: ${printable(failure.hint)}\n${where}`;
}

/** Hints for faults of the host, by the error number of Linux (errno(3)). */
const hostFaults: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'free some disk space; "ignite system df" shows what Ignite uses'],
  ['EFBIG', 'use a smaller size: the file system takes no file that large'],
  ['EDQUOT', 'free some disk space, or raise the quota'],
  ['EROFS', 'remount the file system read-write, or choose other directories with --data-dir and --run-dir'],
  [
    'ENOTDIR',
    'a part of the path is not a directory: move it away, or choose another directory with --data-dir',
  ],
  [
    'EEXIST',
    'a part of the path is not a directory: move it away, or choose another directory with --data-dir',
  ],
  ['EIO', 'the device or its file system has a fault; see "dmesg"'],
]);

/** The same by SQLite's result code (rescode.html): its errors tell no file, and those of the disk not what is amiss with it. */
const databaseFaults: ReadonlyMap<number, string> = new Map([
  [5, 'another program is using the database; run "fuser -v" on state.db in the data directory to find it'],
  [8, 'the data directory is not writable: remount it read-write, or choose another with --data-dir'],
  [
    10,
    'check whether the disk with the data directory is full ("df"), otherwise see "dmesg"; "ignite rm" and "ignite prune" also work on a full disk',
  ],
  [11, 'the database is damaged: restore state.db in the data directory from a backup'],
  [13, 'free some disk space; "ignite rm" and "ignite prune" also work on a full disk'],
  [15, 'another program is using the database; run "fuser -v" on state.db in the data directory to find it'],
  [14, 'the data directory is not writable: remount it read-write, or choose another with --data-dir'],
  [
    26,
    'state.db in the data directory is not a database of Ignite: restore it from a backup, or choose another directory with --data-dir',
  ],
]);

/** The same in the words of tools (strerror(3)). */
const toolFaults: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/i, 'ENOSPC'],
  [/Disk quota exceeded/i, 'EDQUOT'],
  [/Read-only file system/i, 'EROFS'],
];

/** What the host is at fault for; undefined for a fault of ours. */
function hostFault(failure: Error): { readonly said: string; readonly cure: string } | undefined {
  if (failure instanceof ToolFailedError) {
    const [said, fault] = toolFaults.find(([each]) => each.test(failure.stderr)) ?? [];
    const cure = hostFaults.get(fault);
    const words = said?.exec(failure.stderr)?.[0];
    return cure === undefined ? undefined : { said: `${failure.command.tool}: ${words}`, cure };
  }
  const { code, errcode } = failure as Error & { readonly code?: unknown; readonly errcode?: number };
  const cure = errcode === undefined ? hostFaults.get(code) : databaseFaults.get(errcode & 0xff);
  if (cure === undefined) return undefined;
  return { said: errcode === undefined ? failure.message : `database of VMs: ${failure.message}`, cure };
}

function renderUncoded(failure: unknown, debug: boolean): string {
  const isError = failure instanceof Error;
  const fault = isError ? hostFault(failure) : undefined;
  const cure = fault?.cure;
  const said = fault?.said ?? String(failure).split('\n')[0]!;
  const text = debug && isError ? (failure.stack ?? said) : shortened(said);
  return `error: ${text}\nhint: ${cure ?? 'this is a bug in Ignite; --log-level=debug shows details'}\n`;
}

/** The causes that are useful to a user: the message of a tool, or each of several causes. */
function causesOf({ cause, code }: CodedError): readonly Error[] {
  if (cause instanceof AggregateError) return cause.errors.filter((each) => each instanceof Error);
  return cause instanceof ToolFailedError && code !== 'VM_INVALID' ? [cause] : [];
}

/** 2 for requests that were refused before anything was done, otherwise 1. */
export function exitStatusOf(failure: unknown): number {
  return failure instanceof CodedError && failure.code.endsWith('_INVALID') ? 2 : 1;
}

const shortened = (text: string): string => printable(text).slice(0, 1_000);
