import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** A line of an answer that goes on. */
export interface Line {
  readonly text: Uint8Array;
  /** The same as a chunk of HTTP/1.1, which is made once for all who are sent the line. */
  readonly chunk: Uint8Array;
}

/** What ends an answer in chunks. */
export const lastChunk = '0\r\n\r\n';

export function lineOf(content: string): Line {
  const text = `${content}\n`;
  const head = `${Buffer.byteLength(text).toString(16)}\r\n`;
  const chunk = Buffer.from(`${head}${text}\r\n`);
  return { text: chunk.subarray(head.length, -2), chunk };
}

/** The lines of events by their types and forms, by the objects that they tell of. */
const lines = new WeakMap<KubeObject, Map<string, Line>>();

/** Returns what `write` makes of an object for watches, as a line. It is encoded once for all that are of one form. */
export function sharedLine(object: KubeObject, form: string, write: () => string): Line {
  const known = lines.get(object) ?? new Map<string, Line>();
  lines.set(object, known);
  return known.getOrInsertComputed(form, () => lineOf(write()));
}
