import { chooseVersion } from '../git/git-ref.ts';

/** Determines which tag of an image is used. */
export interface ImagePolicy {
  /** The repository as manifests name it, without a tag: `debian`, `registry.example/app`. */
  readonly repository: string;
  /** A version range; the highest tag in it is chosen. */
  readonly semver?: string | undefined;
  /**
   * A pattern; of the tags that match it the last is chosen, in the order of the number that the first group
   * matches or, if it matches none, of the text.
   */
  readonly pattern?: string | undefined;
  /** Pins the tag by its digest too, so that a moved tag is a change. */
  readonly digest: boolean;
}

/** Pure. Returns the tag that a policy chooses, or `undefined` if none matches. */
export function chooseTag(tags: readonly string[], { semver, pattern }: ImagePolicy): string | undefined {
  if (semver !== undefined) return chooseVersion(semver, tags);
  const expression = new RegExp(`^(?:${pattern ?? '.*'})$`);
  const fitting = tags.flatMap((tag) => {
    const match = expression.exec(tag);
    return match ? [{ tag, rank: match[1] ?? tag }] : [];
  });
  return fitting.toSorted((a, b) => compareRanks(b.rank, a.rank))[0]?.tag;
}

function compareRanks(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Pure. Returns the reference with another tag and digest, or `undefined` if it names another repository or
 * is up to date.
 */
export function updatedReference(
  reference: string,
  repository: string,
  tag: string,
  digest: string | undefined,
): string | undefined {
  const [, name] = /^(.+?)(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.exec(reference) ?? [];
  if (name !== repository) return undefined;
  const next = `${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`;
  return next === reference ? undefined : next;
}
