import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { Flag, FlagValues, Flags } from './command.ts';
import { tokenize } from './tokens.ts';
import { usageError } from './usage-error.ts';

const variable = 'IGNITE_NAMESPACE';

const namespace: Flag = {
  type: 'string',
  short: 'n',
  value: 'NAMESPACE',
  default: `$${variable}`,
  help: 'namespace of what is named or listed',
};

/** Of commands that name objects in namespaces. */
export const namespaceFlags: Flags = { namespace };

/** Of commands whose own flag `taken` has had the letter since the original. */
export const namespaceBeside = (taken: 'name' | 'tail'): Flags => {
  const { short: _, ...others } = namespace;
  const told = taken === 'name' ? '; -n means it too if --name is given' : '';
  return { namespace: { ...others, help: `${namespace.help}${told}` } };
};

/** Of commands that list. */
export const listNamespaceFlags: Flags = {
  namespace,
  'all-namespaces': {
    type: 'boolean',
    short: 'A',
    help: 'list the objects of all namespaces',
  },
};

/** Pure. Returns the flags as this command line has them: beside `--name`, `-n` is the namespace. */
export function withLetters(flags: Flags, argv: readonly string[]): Flags {
  const { name, namespace: asked } = flags;
  if (name?.short !== 'n' || !asked) return flags;
  const isNamed = [...tokenize(argv, flags)].some(
    (token) => token.kind === 'flag' && token.written === '--name',
  );
  if (!isNamed) return flags;
  const { short, ...unlettered } = name;
  return { ...flags, name: unlettered, namespace: { ...asked, short } };
}

/**
 * Returns the namespace in which a command that takes `flags` looks for names, and whose objects alone it lists;
 * `undefined` where none is asked for.
 * @throws CodedError USAGE_INVALID
 */
export function namespaceOf(
  flags: Flags,
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (!Object.hasOwn(flags, 'namespace') || values.isSet('all-namespaces')) return undefined;
  const given = values.text('namespace');
  const asked = given ?? env[variable];
  if (given === undefined && !asked) return undefined;
  if (asked !== undefined && isDnsLabel(asked)) return asked;
  throw usageError(
    `${given === undefined ? variable : '--namespace'}: not a namespace: ${JSON.stringify(asked)}`,
    'use at most 63 lower-case letters, digits and dashes',
  );
}

/** Pure. Returns those objects that a command lists. Objects that are in no namespace are of none. */
export const inNamespace = <T extends { readonly metadata: { readonly namespace?: string } }>(
  objects: readonly T[],
  asked: string | undefined,
): readonly T[] =>
  asked === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === asked);

/**
 * Refuses an object of another namespace than the one that the command line names, as kubectl does.
 * @throws CodedError USAGE_INVALID
 */
export function assertNamespace(found: string, flags: FlagValues): void {
  const asked = flags.text('namespace');
  if (asked === undefined || asked === found) return;
  throw usageError(
    `the namespace from the provided object "${found}" does not match the namespace "${asked}"`,
    `use --namespace=${found}, or correct the manifest`,
  );
}
