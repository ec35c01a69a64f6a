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
 * Returns the one object that
 * `query` names: the exact name or uid, else a prefix of either that matches nothing else. `abbreviates`
 * tells whether a query may stand for a name that is not equal to it.
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
    // These are the original's words, which scripts look for.
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
