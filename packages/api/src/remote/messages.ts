import * as v from 'valibot';
import type { ProgressEvent } from '../client/progress.ts';
import type { ToldFailure } from './told-failure.ts';

/** The path at which an API server takes calls, by WebSocket. */
export const callsPath = '/calls/v1';
/** The subprotocol of the WebSocket. */
export const callsProtocol = 'v1.calls.ignite.weave.works';
/** The largest message with which a client may call: objects are no larger. */
export const largestMessage = 4 * 2 ** 20;

/** The channels of a call, which carry bytes. */
export const channels = { input: 0, output: 1, errors: 2 } as const;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31));

const takenSchema = v.strictObject({ type: v.literal('taken'), channel: count, bytes: count });

/** What a client says in texts. A line carries one call at a time. */
const clientMessageSchema = v.variant('type', [
  v.strictObject({ type: v.literal('call'), name: v.string(), args: v.array(v.unknown()) }),
  /** Ends the call, as ^C does. It is answered like any other. */
  v.strictObject({ type: v.literal('abort') }),
  takenSchema,
  v.strictObject({ type: v.literal('resize'), rows: count, columns: count }),
]);
export type ClientMessage = v.InferOutput<typeof clientMessageSchema>;

/** What a server says in texts. The last two end a call. */
export type ServerMessage =
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  /** The call has begun to do what it is for, and what is to be known of it. */
  | { readonly type: 'opened'; readonly about: unknown }
  | v.InferOutput<typeof takenSchema>
  | { readonly type: 'result'; readonly value?: unknown }
  | { readonly type: 'failure'; readonly failure: ToldFailure };

/** Pure. Returns what a client says, or undefined if it makes no sense. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  try {
    const parsed = v.safeParse(clientMessageSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
