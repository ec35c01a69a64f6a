import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { nounOf } from '@ignite/toolkit/scheme/resource';
import { nearest } from '@ignite/toolkit/text/nearest';
import { cniNetworkResource } from '../v1/resources/cni-network.ts';
import { hostResource } from '../v1/resources/host.ts';
import { imageResource } from '../v1/resources/image.ts';
import { kernelResource } from '../v1/resources/kernel.ts';
import { snapshotResource } from '../v1/resources/snapshot.ts';
import { vmResource } from '../v1/resources/vm.ts';
import { volumeResource } from '../v1/resources/volume.ts';
import { warmPoolResource } from '../v1/resources/warm-pool.ts';
import { type Named, fullName, fullNames, shownName } from '../v1/shown-name.ts';

interface Findable extends Named {
  readonly metadata: Named['metadata'] & { readonly uid: string };
}

const resources = {
  VM: vmResource,
  Image: imageResource,
  CniNetwork: cniNetworkResource,
  Kernel: kernelResource,
  Volume: volumeResource,
  Snapshot: snapshotResource,
  WarmPool: warmPoolResource,
  Host: hostResource,
} as const;

export type FoundKind = keyof typeof resources;

const findError = (noun: string, how: 'NOT_FOUND' | 'AMBIGUOUS', what: string, hint: string): CodedError =>
  new CodedError(`${noun.toUpperCase()}_${how}`, what, { hint });

/**
 * Returns the one object that `query` names: the exact uid, else the exact name, else a prefix of either that matches
 * nothing else. Behind a namespace, as in `prod/web`, both are looked for in that namespace alone. A name without one
 * is of no namespace or the default one. `abbreviates` tells whether a query may stand for a name that is not equal to
 * it.
 * @throws CodedError KIND_NOT_FOUND or KIND_AMBIGUOUS
 */
export function findByQuery<T extends Findable>(
  kind: FoundKind,
  items: readonly T[],
  query: string,
  abbreviates = (name: string): boolean => name.startsWith(query),
): T {
  const resource = resources[kind];
  const noun = nounOf(resource);
  const list = resource.commands?.list;
  // Others may have given an object the uid of another one as its name.
  const ofUid = items.filter((item) => [query, withinNamespace(query, item)].includes(item.metadata.uid));
  const exact = ofUid.length > 0 ? ofUid : items.filter((item) => fullNames(item).includes(query));
  const matches =
    exact.length > 0 || query === '' || query.endsWith('/')
      ? exact
      : items.filter(
          (item) =>
            (isOfUsualNamespace(item) && abbreviates(fullName(item))) ||
            item.metadata.uid.startsWith(query) ||
            beginsWithin(withinNamespace(query, item), item),
        );
  if (matches.length > 1) {
    // These are the original's words, which scripts look for.
    const names = matches.map(fullName).join(', ');
    throw findError(
      noun,
      'AMBIGUOUS',
      `ambiguous ${noun} query: "${query}" matched the following IDs/names: ${names}`,
      `use the full name, or more of the uid; "${list}" shows both`,
    );
  }
  const [match] = matches;
  if (!match) {
    const names = items.map(fullName);
    const elsewhere = items.find(
      ({ metadata }) => metadata.namespace && metadata.name === query.slice(query.indexOf('/') + 1),
    );
    const meant = elsewhere
      ? `${elsewhere.metadata.namespace}/${elsewhere.metadata.name}`
      : nearest(
          query,
          names.flatMap((name) => [name, name.replace(/:latest$/, '')]),
        );
    throw findError(
      noun,
      'NOT_FOUND',
      `there is no ${noun} with the name or uid "${query}"`,
      `${meant === undefined ? '' : `did you mean "${meant}"? `}"${list}" lists them all`,
    );
  }
  return match;
}

const isOfUsualNamespace = (item: Named): boolean => fullName(item) === shownName(item);

/** Returns what stands behind the namespace of an item in a query, such as `web` of `prod/web`. */
function withinNamespace(query: string, { metadata: { namespace = '' } }: Named): string | undefined {
  const isWithin = namespace !== '' && query.startsWith(`${namespace}/`);
  return isWithin ? query.slice(namespace.length + 1) : undefined;
}

const beginsWithin = (rest: string | undefined, { metadata: { name, uid } }: Findable): boolean =>
  rest !== undefined && (name.startsWith(rest) || uid.startsWith(rest));
