import type { Client } from '@ignite/api/client/client';
import {
  type CallAccess,
  type PlainCall,
  type PlainName,
  type StreamedArgs,
  type StreamedCall,
  type StreamedName,
  plainCalls,
  streamedCalls,
} from '@ignite/api/remote/calls';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import * as v from 'valibot';
import { type CallStreams, streamedMethods, write } from './streamed-methods.ts';

export type CallErrorCode = 'CALL_UNKNOWN' | 'CALL_INVALID';

/** A call that a client has asked for, with arguments that are as they should be. */
export interface AskedCall {
  readonly access: CallAccess;
  readonly args: readonly unknown[];
  /** Whether the answer comes after bytes, and means nothing without all of them. */
  readonly hasOutput: boolean;
  /** Makes it with the arguments that are allowed. Resolves with the answer. */
  readonly make: (client: Client, args: readonly unknown[], streams: CallStreams) => Promise<unknown>;
}

/**
 * Pure. Returns what a client has asked for.
 * @throws CodedError CALL_UNKNOWN, CALL_INVALID
 */
export function askedCall(name: string, args: readonly unknown[]): AskedCall {
  if (isStreamed(name)) return askedStreamed(name, args);
  if (isPlain(name)) return askedPlain(name, args);
  throw new CodedError<CallErrorCode>('CALL_UNKNOWN', `the server knows no call "${name}"`, {
    hint: 'install the same version of Ignite on both hosts',
  });
}

const isStreamed = (name: string): name is StreamedName => Object.hasOwn(streamedCalls, name);
const isPlain = (name: string): name is PlainName => Object.hasOwn(plainCalls, name);

function askedStreamed<Name extends StreamedName>(name: Name, args: readonly unknown[]): AskedCall {
  const call: StreamedCall = streamedCalls[name];
  return {
    access: call.access,
    args: parsed(name, call.args, args),
    hasOutput: true,
    // The table of methods is made for what these schemas yield.
    make: (client, allowed, streams) => streamedMethods[name](client, allowed as StreamedArgs<Name>, streams),
  };
}

function askedPlain(name: PlainName, given: readonly unknown[]): AskedCall {
  const call: PlainCall = plainCalls[name];
  const { last, answer } = call;
  const args = parsed(name, call.args, given);
  return {
    access: call.access(args),
    args,
    hasOutput: answer === 'items',
    make: async (client, allowed, { output, op }) => {
      const made = method(client, name)(...allowed, last === 'operation' ? op : op.signal);
      if (answer === 'value') return await made;
      for await (const item of made as AsyncIterable<unknown>)
        await write(output, `${JSON.stringify(item)}\n`);
      return undefined;
    },
  };
}

/** Returns a method of a part of the client, which takes what the table of calls says. */
function method(client: Client, name: PlainName): (...args: readonly unknown[]) => unknown {
  const [part, of] = name.split('.') as [keyof Client, string];
  const owner = client[part] as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  return (...args) => owner[of]!(...args);
}

function parsed<Args extends readonly unknown[]>(
  name: string,
  schema: v.GenericSchema<unknown, Args>,
  args: readonly unknown[],
): Args {
  const result = v.safeParse(schema, args);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CodedError<CallErrorCode>(
    'CALL_INVALID',
    `the call "${name}" is not made so: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}`,
    { hint: 'install the same version of Ignite on both hosts' },
  );
}
