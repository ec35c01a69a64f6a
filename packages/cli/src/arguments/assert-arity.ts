import { shellWord } from '@ignite/toolkit/text/shell-word';
import type { CommandDescription } from './command.ts';
import { usageError } from './usage-error.ts';

/** Refuses too few and too many arguments. @throws CodedError USAGE_INVALID */
export function assertArity(command: CommandDescription, args: readonly string[]): void {
  const { name, arity, arguments: operands } = command;
  const { least, most } = arity;
  if (args.length >= least && args.length <= most) return;
  const wanted =
    least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  const isOne = least === 1 && (most === 1 || most === Infinity);
  const usage = `usage: ignite ${name}${operands && ` ${operands}`}; see "ignite ${name} --help"`;
  throw usageError(
    `"ignite ${name}" takes ${wanted} argument${isOne ? '' : 's'}, not ${args.length}`,
    operands.endsWith('[-- COMMAND...]') && args.length > most ? behindDashes(name, args, most) : usage,
  );
}

/** Who comes from Docker writes the command for the guest behind the image. */
function behindDashes(name: string, args: readonly string[], most: number): string {
  const line = [...args.slice(0, most), '--', ...args.slice(most)].map(shellWord).join(' ');
  return `put "--" before the command for the VM: ignite ${name} ${line}`;
}
