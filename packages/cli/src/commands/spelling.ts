import { aliases, commandNames, vmCommandNames } from './registry.ts';

/**
 * Pure. What each command may be called, spelling to name. Beside their names and aliases:
 * `vm NAME` is NAME of what is done to VMs; `image` and `image list` are `images`, and so on for every kind of thing that
 * is listed; and `images rm` is `image rm`.
 */
function spellingsOf(
  names: readonly string[],
  vmNames: readonly string[],
  more: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>([...names.map((name) => [name, name] as const)]);
  const add = (spelling: string, name: string): void => {
    if (!found.has(spelling)) found.set(spelling, name);
  };
  for (const [spelling, name] of Object.entries(more)) add(spelling, name);
  for (const name of vmNames) if (!name.includes(' ')) add(`vm ${name}`, name);
  for (const { noun, list } of listedNouns(names)) {
    for (const spelling of [noun, `${noun}s`, `${noun} ls`, `${noun} list`]) add(spelling, list);
    for (const [spelling, name] of [...found])
      if (spelling.startsWith(`${noun} `)) add(spelling.replace(noun, `${noun}s`), name);
  }
  return found;
}

/** The first words of the names that have two. */
const nounsOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.filter((name) => name.includes(' ')).map((name) => name.slice(0, name.indexOf(' '))));

/** Kinds of things with the command that lists them: `vm` with `vm ls`, `image` with `images`. */
function listedNouns(names: readonly string[]): readonly { readonly noun: string; readonly list: string }[] {
  const known = new Set(names);
  return [...nounsOf(names)].flatMap((noun) => {
    const list = [`${noun} ls`, `${noun}s`].find((name) => known.has(name));
    return list === undefined ? [] : [{ noun, list }];
  });
}

let known: ReadonlyMap<string, string> | undefined;

/** Of all commands that people call, spelling to name. They are put together for whoever does not use the name itself. */
export const spellings = (): ReadonlyMap<string, string> =>
  (known ??= spellingsOf(commandNames, vmCommandNames, aliases));

/** Words that commands of two words begin with. */
export const groupWords: ReadonlySet<string> = new Set([
  ...nounsOf([...commandNames, ...Object.keys(aliases)]),
  ...listedNouns(commandNames).map(({ noun }) => `${noun}s`),
]);

/** The second words that stand behind a group's word, each once for the command that it means. */
export function subcommandsOf(word: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const named = new Set<string>();
  for (const [spelling, name] of spellings()) {
    const [first, second] = spelling.split(' ');
    if (first !== word || second === undefined || named.has(name)) continue;
    named.add(name);
    found.set(second, name);
  }
  return found;
}

/** What else a command is called, as far as the help shows it: `images rm` goes without saying beside `image rm`. */
export const otherSpellings = (name: string): readonly string[] =>
  [...spellings()].flatMap(([spelling, means]) => {
    const isPlural = spellings().get(spelling.replace('s ', ' ')) === means && spelling.includes('s ');
    return means === name && spelling !== name && !isPlural ? [spelling] : [];
  });
