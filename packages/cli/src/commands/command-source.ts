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
  transfer: 'cp',
  copy: 'cp',
  reboot: 'restart',
  purge: 'prune',
  container: 'vm',
  'image pull': 'image import',
  'kernel pull': 'kernel import',
};

/** What people look for and Ignite has no command for, and what to do instead. */
const advice: Readonly<Record<string, string>> = {
  build: 'build images with other tools, such as "podman build", and bring them with "ignite image import"',
  info: '"ignite doctor" checks this host, and "ignite inspect" shows an object',
  mount: 'a folder of this host is mounted with -v of "ignite run"',
  'network create': 'a network is a file in /etc/cni/net.d, which you write; "ignite network ls" lists them',
  'network rm': 'a network is a file in /etc/cni/net.d, which you remove; "ignite network ls" lists them',
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
  throw unknownCommand(first);
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
  const hint = hintFor(`${group} ${written}`, nearby && `${group} ${nearby}`);
  return usageError(
    `unknown command "${group} ${written}"`,
    hint ?? `"ignite ${group} --help" lists the commands`,
  );
}

function unknownCommand(written: string): Error {
  const oneWord = [...spellings().keys(), ...groupWords].filter((spelling) => !spelling.includes(' '));
  const hint = hintFor(written, nearest(written, oneWord));
  return usageError(`unknown command "${written}"`, hint ?? '"ignite help" lists the commands');
}

function hintFor(written: string, nearby: string | undefined): string | undefined {
  if (Object.hasOwn(advice, written)) return advice[written];
  const meant = Object.hasOwn(habits, written) ? habits[written] : nearby;
  return meant === undefined ? undefined : `did you mean "ignite ${meant}"?`;
}
