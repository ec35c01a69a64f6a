import { inspect } from 'node:util';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { printable } from '../text/printable.ts';

/** One line of what happened, one of what to do; causes in between where they tell more. */
export function renderError(failure: unknown, debug: boolean): string {
  if (!(failure instanceof CodedError)) return renderUncoded(failure, debug);
  const said = causesOf(failure)
    .map(({ message }) => `cause: ${shortened(message)}\n`)
    .join('');
  const where = debug ? `debug: ${inspect(failure)}\n` : '';
  return `error: ${shortened(failure.message)}\n${said}hint: ${printable(failure.hint)}\n${where}`;
}

/** What helps where the host is at fault, by the error number of Linux (errno(3)). */
const hostFaults: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'free some space there; "ignite system df" shows what Ignite takes'],
  ['EDQUOT', 'free some space there, or have the quota raised'],
  ['EROFS', 'mount that file system for writing, or choose another with --data-dir and --run-dir'],
  ['ENOTDIR', 'something on that path is no folder: name one with --data-dir, or move it away'],
  ['EEXIST', 'something on that path is no folder: name one with --data-dir, or move it away'],
  ['EIO', 'the device is at fault, or its file system: "dmesg" tells more'],
]);

/** The same by SQLite's result code (rescode.html): its errors tell no file, and those of the disk not what is amiss with it. */
const databaseFaults: ReadonlyMap<number, string> = new Map([
  [
    5,
    'another program holds the database: "fuser -v" with the path of state.db of the data directory tells which',
  ],
  [8, 'the data directory cannot be written: mount it for writing, or choose another with --data-dir'],
  [
    10,
    'look whether the disk of the data directory is full ("df"), and at "dmesg" where it is not; "ignite rm" and "ignite prune" work on a full disk too',
  ],
  [11, 'the database is damaged: bring back state.db of the data directory from a copy'],
  [13, 'free some space there: "ignite rm" and "ignite prune" work on a full disk too'],
  [
    15,
    'another program holds the database: "fuser -v" with the path of state.db of the data directory tells which',
  ],
  [14, 'the data directory cannot be written: mount it for writing, or choose another with --data-dir'],
  [26, 'state.db of the data directory is none of Ignite: bring it back, or choose another with --data-dir'],
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
  return { said: errcode === undefined ? failure.message : `the database of VMs: ${failure.message}`, cure };
}

function renderUncoded(failure: unknown, debug: boolean): string {
  const isError = failure instanceof Error;
  const fault = isError ? hostFault(failure) : undefined;
  const cure = fault?.cure;
  const said = fault?.said ?? String(failure).split('\n')[0]!;
  const text = debug && isError ? (failure.stack ?? said) : shortened(said);
  return `error: ${text}\nhint: ${cure ?? "this is a fault of Ignite's; --log-level=debug shows where"}\n`;
}

/** Causes that tell a user more: a tool's own words, or each of several. */
function causesOf({ cause, code }: CodedError): readonly Error[] {
  if (cause instanceof AggregateError) return cause.errors.filter((each) => each instanceof Error);
  return cause instanceof ToolFailedError && code !== 'VM_INVALID' ? [cause] : [];
}

/** 2 for what was refused before anything was done, else 1. */
export function exitStatusOf(failure: unknown): number {
  return failure instanceof CodedError && failure.code.endsWith('_INVALID') ? 2 : 1;
}

const shortened = (text: string): string => printable(text).slice(0, 1_000);
