import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileFault } from '../../files/file-fault.ts';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';

export const volumeFlags: Flags = {
  volumes: {
    type: 'list',
    short: 'v',
    value: 'SOURCE:PATH',
    help: 'mount a named volume, directory, file or block device; options are :ro and :size=2GB; comma-separated lists are allowed',
  },
  mount: {
    type: 'list',
    value: 'KEY=VALUE,...',
    help: 'same as --volumes, with the keys type=volume|bind, source, target, readonly and size',
  },
};

/** What a path of this host is. */
export type PathKind = 'blockDevice' | 'file' | 'hostPath';

interface Mount {
  readonly source: object;
  readonly target: string;
  readonly readOnly: boolean;
}

/**
 * The storage of a VM as `--volumes` and `--mount` have it, its volumes named volume0 and on as in the original;
 * undefined where neither is given. Whether paths and sizes are any good is for the engine to say.
 * @throws CodedError USAGE_INVALID
 */
export function storageOf(
  flags: FlagValues,
  kindOf: (path: string) => PathKind | undefined = kindOfPath,
): object | undefined {
  const mounts = [
    ...flags.list('volumes').flatMap((list) => splitList(list).map((entry) => parseVolume(entry, kindOf))),
    ...flags.list('mount').map((text) => parseMount(text, kindOf)),
  ];
  if (mounts.length === 0) return undefined;
  return {
    volumes: mounts.map(({ source, readOnly }, at) => ({
      name: `volume${at}`,
      ...source,
      ...(readOnly && { readOnly }),
    })),
    volumeMounts: mounts.map(({ target }, at) => ({ name: `volume${at}`, mountPath: target })),
  };
}

const isOption = (text: string): boolean => /^(ro|rw|size=.*)$/.test(text);

/** At commas, unless an option follows: `a:/x:ro,size=1GB` is one, as Docker writes it. */
function splitList(list: string): readonly string[] {
  const entries: string[] = [];
  for (const part of list.split(',')) {
    if (entries.length > 0 && isOption(part)) entries.push(`${entries.pop()!}:${part}`);
    else entries.push(part);
  }
  return entries;
}

function parseVolume(text: string, kindOf: (path: string) => PathKind | undefined): Mount {
  const [source = '', target = '', ...options] = text.split(':');
  if (source === '' || target === '')
    throw usageError(
      `--volumes ${JSON.stringify(text)}: volumes must be specified in the /host/path:/vm/path format`,
      'use SOURCE:/PATH, where SOURCE is the name of a volume or a path on this host',
    );
  const odd = options.find((option) => !isOption(option));
  if (odd !== undefined)
    throw usageError(`--volumes ${JSON.stringify(text)}: unknown option "${odd}"`, 'use ro, rw or size=2GB');
  const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
  return { source: sourceOf(source, size, kindOf), target, readOnly: options.includes('ro') };
}

const mountKeys: ReadonlyMap<string, string> = new Map([
  ['type', 'type'],
  ['source', 'source'],
  ['src', 'source'],
  ['target', 'target'],
  ['destination', 'target'],
  ['dst', 'target'],
  ['readonly', 'readonly'],
  ['ro', 'readonly'],
  ['size', 'size'],
]);

function parseMount(text: string, kindOf: (path: string) => PathKind | undefined): Mount {
  const invalid = (what: string): Error =>
    usageError(
      `--mount ${JSON.stringify(text)}: ${what}`,
      'use type=volume,source=NAME,target=/PATH or type=bind,source=/HOST,target=/PATH; readonly and size=2GB are optional',
    );
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const [key = '', ...value] = part.split('=');
    const name = mountKeys.get(key);
    if (name === undefined) throw invalid(`unknown key "${key}"`);
    given.set(name, value.length === 0 ? 'true' : value.join('='));
  }
  const { type = 'volume', source, target, readonly = 'false', size } = Object.fromEntries(given);
  if (type !== 'volume' && type !== 'bind') throw invalid(`unknown type "${type}"`);
  if (readonly !== 'true' && readonly !== 'false') throw invalid('readonly must be true or false');
  if (!source || !target) throw invalid('source and target are required');
  if ((type === 'bind') !== isPath(source))
    throw invalid(
      type === 'bind' ? 'the source of a bind must be a path' : 'the source of a volume must be its name',
    );
  return { source: sourceOf(source, size, kindOf), target, readOnly: readonly === 'true' };
}

const isPath = (source: string): boolean => source.includes('/') || source === '.' || source === '..';

function sourceOf(
  source: string,
  size: string | undefined,
  kindOf: (path: string) => PathKind | undefined,
): object {
  const sized = size === undefined ? {} : { size };
  if (!isPath(source)) return { volume: { name: source, ...sized } };
  const path = resolve(source);
  // What is not there is made where a size is given; else the engine says that it is missing, as the original did.
  const kind = kindOf(path) ?? (size === undefined ? 'blockDevice' : 'file');
  if (kind === 'file') return { file: { path, ...sized } };
  if (size !== undefined)
    throw usageError(
      `${path} already exists, with a size of its own`,
      'use size only for named volumes, and for files that do not exist yet',
    );
  return { [kind]: { path } };
}

/** @throws CodedError USAGE_INVALID for a path that leads nowhere */
function kindOfPath(path: string): PathKind | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return 'hostPath';
    if (found?.isFile()) return 'file';
    return found && 'blockDevice';
  } catch (failure) {
    throw usageError(`cannot access ${path}: ${fileFault(failure)}`, 'check the path');
  }
}
