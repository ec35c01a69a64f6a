import type { Client } from '../client/client.ts';
import type { ClientOperation } from '../client/progress.ts';
import type { CallLines } from './call-lines.ts';
import { quietly } from './quietly.ts';
import { type PlainCall, type PlainName, plainCalls } from './calls.ts';

/** The methods of a part of the client that the table of calls names. */
export type PlainPart<P extends keyof Client & string> = {
  readonly [
    M in keyof Client[P] as M extends string ? (`${P}.${M}` extends PlainName ? M : never) : never
  ]: Client[P][M];
};

/** Returns the methods of a part of the client that are calls just as they are. */
export function plainPart<P extends keyof Client & string>(part: P, lines: CallLines): PlainPart<P> {
  const methods = Object.entries<PlainCall>(plainCalls)
    .filter(([name]) => name.startsWith(`${part}.`))
    .map(([name, call]) => [name.slice(part.length + 1), methodOf(name as PlainName, call, lines)]);
  return Object.fromEntries(methods) as PlainPart<P>; // the table was made for the client's methods
}

function methodOf(name: PlainName, { last, answer }: PlainCall, lines: CallLines) {
  return (...args: readonly unknown[]): unknown => {
    const sent = args.slice(0, -1);
    const op = last === 'operation' ? (args.at(-1) as ClientOperation) : quietly(args.at(-1) as AbortSignal);
    return answer === 'items' ? lines.items(name, sent, op) : lines.value(name, sent, op);
  };
}
