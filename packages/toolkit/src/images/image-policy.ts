import { chooseVersion } from '../git/git-ref.ts';

/** Which tag of an image shall be used. */
export interface ImagePolicy {
  /** As manifests name it, without a tag: `debian`, `registry.example/app`. */
  readonly repository: string;
  /** The highest tag in a range. */
  readonly semver?: string | undefined;
  /** The last tag, by the number that the first group matches if it matches one, else by its text. */
  readonly pattern?: string | undefined;
  /** Pins the tag by its digest too, so that a tag that moves is a change. */
  readonly digest: boolean;
}

/** Pure. The tag that a policy chooses, or undefined where none fits. */
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

/** Pure. The reference with another tag and digest; undefined when it names another repository or would stay as it is. */
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
