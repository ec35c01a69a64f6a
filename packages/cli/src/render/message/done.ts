import { shownName } from '@ignite/api/v1/shown-name';
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
export const createdText = (what: string, object: KubeObject): string =>
  `Created ${what} with ID "${object.metadata.uid}" and name "${shownName(object)}"`;
