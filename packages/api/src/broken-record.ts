import type { Resource } from '@ignite/toolkit/scheme/resource';
import type { BrokenObject } from '@ignite/toolkit/store/store';
import { printable } from '@ignite/toolkit/text/printable';
import { resources } from './resources.ts';
import { fullName } from './v1/shown-name.ts';

/** Pure. Says that a record is damaged, which affects only its own object, and how to get rid of it. */
export function brokenRecordText({ key, problem }: BrokenObject): string {
  const { kind } = key;
  const name = fullName({ metadata: key });
  const commands: Resource['commands'] = resources.find((resource) => resource.kind === kind)?.commands;
  const remove = commands?.remove;
  const cure = remove ? `"${remove(name)}" removes it` : 'it is skipped';
  return printable(`the record of ${kind} "${name}" is damaged (${problem}): ${cure}`);
}
