import type { ClientOperation } from '@ignite/api/client/progress';
import type { Invocation } from '../../arguments/command.ts';

/** Returns an operation as one whose timings are collected. */
export type Collect = <Op extends ClientOperation>(op: Op) => Op;

/** With --timings, ends with a table of how long each step took, even if one has failed. */
export async function withToldTimings<T>(
  { flags, io }: Pick<Invocation, 'flags' | 'io'>,
  use: (collect: Collect) => Promise<T>,
): Promise<T> {
  if (!flags.isSet('timings')) return await use((op) => op);
  const { Timings } = await import('./timings.ts');
  let collected: InstanceType<typeof Timings> | undefined;
  try {
    return await use((op) => {
      collected = new Timings();
      return collected.of(op);
    });
  } finally {
    // Below the line of the last step, which shows only now whether it has failed.
    io.err.write(collected?.text() ?? '');
  }
}
