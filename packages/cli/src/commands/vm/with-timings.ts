import type { Client } from '@ignite/api/client/client';
import type { Invocation } from '../../arguments/command.ts';
import { type Operation, withClient } from '../../context.ts';
import { withToldTimings } from '../../render/message/with-told-timings.ts';

/** As `withClient`. With --timings it ends with how long each step took, even if one has failed. */
export const withTimings = async <T>(
  invocation: Invocation,
  use: (client: Client, op: Operation) => Promise<T>,
): Promise<T> =>
  await withToldTimings(
    invocation,
    async (collect) => await withClient(invocation, async (client, op) => await use(client, collect(op))),
  );
