import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Invocation } from '../../arguments/command.ts';

/** Prints what was done to an object, or only its uid with --quiet. */
export function printDone(
  { metadata }: KubeObject,
  text: string,
  { flags, io }: Pick<Invocation, 'flags' | 'io'>,
): void {
  io.out.write(`${flags.isSet('quiet') ? metadata.uid : text}\n`);
}

/** In the original's words. */
export const createdText = (what: string, { metadata: { uid, name } }: KubeObject): string =>
  `Created ${what} with ID "${uid}" and name "${name}"`;
