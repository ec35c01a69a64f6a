import { nearest } from '@ignite/toolkit/text/nearest';
import type { CommandSource, Named } from '../arguments/find-command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { isCommandName, loadCommand } from './registry.ts';
import { groupWords, spellings, subcommandsOf } from './spelling.ts';

/** What people who come from other tools type. */
const habits: Readonly<Record<string, string>> = {
  ls: 'ps',
  list: 'ps',
  pull: 'image import',
  remove: 'rm',
  destroy: 'rm',
  shell: 'ssh',
  console: 'attach',
  launch: 'run',
  'image pull': 'image import',
  'kernel pull': 'kernel import',
};

export const commandSource: CommandSource = {
  find,
  isGroup: (word) => groupWords.has(word),
  spellings: async (word) => {
    const { commandDescriptions } = await import('./descriptions.ts'); // a listing does not wait for it
    const descriptions = await commandDescriptions();
    return [...spellings()]
      .map(([spelling, name]) => ({ words: spelling.split(' '), command: descriptions[name]! }))
      .filter(({ words }) => word === undefined || words[0] === word);
  },
};

/** The command that the first words name, the longer name first. @throws CodedError USAGE_INVALID */
async function find(words: readonly string[]): Promise<Named> {
  for (const count of [2, 1]) {
    if (words.length < count) continue;
    const spelling = words.slice(0, count).join(' ');
    const name = isCommandName(spelling) ? spelling : spellings().get(spelling);
    if (name === undefined) continue;
    const command = await loadCommand(name);
    if (count < words.length) assertNoSubcommandMeant(words, command.arity.most);
    return { words: words.slice(0, count), command };
  }
  const [first, second] = words;
  if (first === undefined || (second === undefined && groupWords.has(first)))
    return { words, command: undefined };
  if (second !== undefined && groupWords.has(first)) throw unknownSubcommand(first, second);
  throw usageError(`unknown command "${first}"`, hintFor(first));
}

/** `image imprt` is a slip, not the listing of images with an argument; so is `gitops statsu`. */
function assertNoSubcommandMeant(words: readonly string[], most: number): void {
  const [first = '', second = ''] = words;
  if (!groupWords.has(first)) return;
  const isSlip = /^[a-z]+$/.test(second) && nearestSubcommand(first, second) !== undefined;
  if (most === 0 || isSlip) throw unknownSubcommand(first, second);
}

const nearestSubcommand = (group: string, written: string): string | undefined =>
  nearest(written, [...subcommandsOf(group).keys()]);

function unknownSubcommand(group: string, written: string): Error {
  const nearby = nearestSubcommand(group, written);
  const meant = habitOf(`${group} ${written}`) ?? (nearby && `${group} ${nearby}`);
  return usageError(
    `unknown command "${group} ${written}"`,
    meant === undefined ? `"ignite ${group} --help" lists the commands` : `did you mean "ignite ${meant}"?`,
  );
}

const habitOf = (written: string): string | undefined =>
  Object.hasOwn(habits, written) ? habits[written] : undefined;

function hintFor(written: string): string {
  const oneWord = [...spellings().keys(), ...groupWords].filter((spelling) => !spelling.includes(' '));
  const meant = habitOf(written) ?? nearest(written, oneWord);
  return meant === undefined ? '"ignite help" lists the commands' : `did you mean "ignite ${meant}"?`;
}
