import type { Client } from '@ignite/api/client/client';
import type { Invocation } from '../../arguments/command.ts';
import { type Operation, withClient } from '../../context.ts';

/** As `withClient`. With --timings it ends with how long each step took, even if one has failed. */
export async function withTimings<T>(
  invocation: Invocation,
  use: (client: Client, op: Operation) => Promise<T>,
): Promise<T> {
  const { flags, io } = invocation;
  if (!flags.isSet('timings')) return await withClient(invocation, use);
  const { Timings } = await import('../../render/message/timings.ts');
  let text = '';
  try {
    return await withClient(invocation, async (client, op) => {
      const timings = new Timings();
      try {
        return await use(client, timings.of(op));
      } finally {
        text = timings.text();
      }
    });
  } finally {
    io.err.write(text); // below the line of the last step, which shows only now whether it has failed
  }
}
