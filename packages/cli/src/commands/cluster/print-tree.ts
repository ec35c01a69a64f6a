import type { TreeLine } from '@ignite/cluster/operations/tree';
import { age } from '@ignite/toolkit/text/age';
import type { FlagValues } from '../../arguments/command.ts';
import type { Io } from '../../io.ts';
import { fittedTable, table } from '../../render/text/table.ts';

const header = ['NAME', 'REPLICAS', 'READY', 'REASON', 'SINCE', 'MESSAGE'];

/** Prints a tree of objects, and what each of them lacks. */
export function printTree(lines: readonly TreeLine[], flags: FlagValues, io: Io): void {
  const nowMs = Date.now();
  const rows = lines.map((line) => rowOf(line, nowMs));
  io.out.write(
    io.width === undefined || flags.isSet('no-trunc')
      ? table(header, rows)
      : fittedTable(header, rows, {
          width: io.width,
          flexible: new Set([header.length - 1]),
          optional: [4],
        }),
  );
}

const rowOf = ({ branch, title, replicas, condition }: TreeLine, nowMs: number): readonly string[] => [
  `${branch}${title}`,
  replicas,
  ...(condition
    ? [
        condition.status,
        condition.status === 'True' ? '' : condition.reason,
        age(condition.lastTransitionTime, nowMs),
        condition.status === 'True' ? '' : condition.message,
      ]
    : ['', '', '', '']),
];
