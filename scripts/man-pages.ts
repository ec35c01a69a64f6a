import type { Flags } from '../packages/cli/src/arguments/command.ts';
import { flagHelp, operandsAndFlags, valueWord } from '../packages/cli/src/render/help.ts';
import type { ReferenceCommand, ReferenceGroup, common } from './command-reference.ts';

export interface Edition {
  readonly version: string;
  /** The date, such as 2026-11-25. */
  readonly date: string;
}

/**
 * Pure. Returns every manual page by its file name, in the man(7) macros that both groff and mandoc support.
 */
export function manPages(
  groups: readonly ReferenceGroup[],
  all: typeof common,
  edition: Edition,
): ReadonlyMap<string, string> {
  const commands = groups.flatMap((group) => group.commands);
  return new Map([
    ['ignite.1', overviewPage(groups, all, edition)],
    ['ignited.1', daemonPage(edition)],
    ...commands.map(
      (each) => [`${pageName(each)}.1`, commandPage(each, commands, all.flags, edition)] as const,
    ),
  ]);
}

const pageName = ({ command }: ReferenceCommand): string => `ignite-${command.name.replaceAll(' ', '-')}`;

function overviewPage(
  groups: readonly ReferenceGroup[],
  { flags, exitStatus, environment }: typeof common,
  edition: Edition,
): string {
  return page('ignite', 'run OCI images as real virtual machines', edition, [
    ['SYNOPSIS', `${bold('ignite')} ${italic('COMMAND')} [flags]`],
    [
      'DESCRIPTION',
      'Ignite creates virtual machines from OCI images, and manages them with the commands known from containers. Each command has its own manual page.',
    ],
    ...groups.map(({ title, commands }): Section => [
      title.toUpperCase(),
      tagged(commands.map((each) => [reference(pageName(each)), roff(each.command.summary)])),
    ]),
    ['OPTIONS', flagList(flags)],
    ['EXIT STATUS', tagged(exitStatus.map(([status, text]) => [bold(status), roff(text)]))],
    ['ENVIRONMENT', tagged(environment.map(([name, text]) => [bold(name), roff(text)]))],
    ['SEE ALSO', `${reference('ignited')}, ${reference('qemu')}`],
  ]);
}

const daemonPage = (edition: Edition): string =>
  page('ignited', 'the Ignite daemon', edition, [
    ['SYNOPSIS', `${bold('ignited')} ${italic('COMMAND')} [flags]`],
    [
      'DESCRIPTION',
      `The same program as ${reference('ignite')}, under the name of the daemon: ${bold('ignited gitops')} keeps this host in sync with a Git repository, ${bold('ignited daemon')} with a directory of manifests.`,
    ],
    ['SEE ALSO', ['ignite', 'ignite-gitops', 'ignite-daemon'].map(reference).join(', ')],
  ]);

function commandPage(
  each: ReferenceCommand,
  all: readonly ReferenceCommand[],
  globalFlags: Flags,
  edition: Edition,
): string {
  const { command, otherSpellings } = each;
  const also = otherSpellings.map((spelling) => bold(`ignite ${spelling}`)).join(', ');
  const [group = ''] = command.name.split(' ');
  const beside = all.filter((other) => other !== each && other.command.name.split(' ')[0] === group);
  return page(pageName(each), lowerFirst(command.summary), edition, [
    ['SYNOPSIS', `${bold(`ignite ${command.name}`)} ${roff(operandsAndFlags(command))}`],
    [
      'DESCRIPTION',
      [
        `${roff(command.summary)}.`,
        ...(command.details ?? []).map(roff),
        ...(also === '' ? [] : [`Aliases: ${also}.`]),
      ].join('\n.PP\n'),
    ],
    ['OPTIONS', flagList(command.flags)],
    ['GLOBAL OPTIONS', flagList(globalFlags)],
    ['EXAMPLES', examples(command.examples)],
    ['SEE ALSO', [reference('ignite'), ...beside.map((other) => reference(pageName(other)))].join(', ')],
  ]);
}

type Section = readonly [title: string, text: string];

function page(name: string, purpose: string, edition: Edition, sections: readonly Section[]): string {
  const title = `.TH ${roff(name.toUpperCase())} 1 ${edition.date} "ignite ${edition.version}" Ignite`;
  const all: readonly Section[] = [['NAME', `${roff(name)} \\- ${roff(purpose)}`], ...sections];
  const text = all
    .filter(([, body]) => body !== '')
    .map(([heading, body]) => `.SH ${roff(heading)}\n${body}\n`);
  return `${title}\n${text.join('')}`;
}

const flagList = (flags: Flags): string =>
  tagged(
    Object.entries(flags).map(([name, flag]) => {
      const word = valueWord(flag);
      const long = bold(`--${name}`);
      const named = flag.short === undefined ? long : `${bold(`-${flag.short}`)}, ${long}`;
      const value =
        word === undefined ? '' : flag.type === 'optional' ? `[=${italic(word)}]` : ` ${italic(word)}`;
      const otherwise = flag.default === undefined ? '' : ` Default: ${flag.default}.`;
      return [`${named}${value}`, roff(`${upperFirst(flagHelp(flag))}.${otherwise}`)];
    }),
  );

const tagged = (entries: readonly (readonly [tag: string, text: string])[]): string =>
  entries.map(([tag, text]) => `.TP\n${tag}\n${text}`).join('\n');

const examples = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `.RS 4\n.nf\n${lines.map(roff).join('\n')}\n.fi\n.RE`;

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const italic = (text: string): string => `\\fI${roff(text)}\\fR`;
const reference = (name: string): string => `${bold(name)}(1)`;

/** The characters that groff(7) would read as an escape, a request or another character. */
const special: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

function roff(text: string): string {
  const escaped = text.replaceAll(/[\\'`^~-]/g, (letter) => special[letter]!);
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** Turns the first letter into lower case, but leaves names such as "VMs" alone. */
const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
