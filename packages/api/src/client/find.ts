import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { nearest } from '@ignite/toolkit/text/nearest';

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}

const words = {
  VM: { code: 'VM', noun: 'VM', list: 'ignite ps -a' },
  Image: { code: 'IMAGE', noun: 'image', list: 'ignite images' },
  CniNetwork: { code: 'NETWORK', noun: 'network', list: 'ignite network ls' },
  Kernel: { code: 'KERNEL', noun: 'kernel', list: 'ignite kernels' },
  Volume: { code: 'VOLUME', noun: 'volume', list: 'ignite volume ls' },
} as const;

export type FoundKind = keyof typeof words;
export type FindErrorCode = `${(typeof words)[keyof typeof words]['code']}_${'NOT_FOUND' | 'AMBIGUOUS'}`;

/**
 * The one thing that `query` names: by name or uid exactly, else by a prefix of either that fits nothing else.
 * `abbreviates` says whether a query may stand for a name that it is not.
 * @throws CodedError KIND_NOT_FOUND or KIND_AMBIGUOUS
 */
export function findByQuery<T extends Named>(
  kind: FoundKind,
  items: readonly T[],
  query: string,
  abbreviates = (name: string): boolean => name.startsWith(query),
): T {
  const { code, noun, list } = words[kind];
  const exact = items.filter(({ metadata: { name, uid } }) => name === query || uid === query);
  const matches =
    exact.length > 0 || query === ''
      ? exact
      : items.filter(({ metadata: { name, uid } }) => abbreviates(name) || uid.startsWith(query));
  if (matches.length > 1) {
    // As the original put it: scripts look for these words.
    const names = matches.map(({ metadata }) => metadata.name).join(', ');
    throw new CodedError<FindErrorCode>(
      `${code}_AMBIGUOUS`,
      `ambiguous ${noun} query: "${query}" matched the following IDs/names: ${names}`,
      {
        hint: `use the full name, or more of the uid; "${list}" shows both`,
      },
    );
  }
  const [match] = matches;
  if (!match) {
    const names = items.map(({ metadata }) => metadata.name);
    const meant = nearest(
      query,
      names.flatMap((name) => [name, name.replace(/:latest$/, '')]),
    );
    throw new CodedError<FindErrorCode>(
      `${code}_NOT_FOUND`,
      `there is no ${noun} with the name or uid "${query}"`,
      {
        hint: `${meant === undefined ? '' : `did you mean "${meant}"? `}"${list}" lists them all`,
      },
    );
  }
  return match;
}
