import { isDeepStrictEqual } from 'node:util';

/** The revision of a repository to use. The most specific field wins: commit, name, semver, tag, branch. */
export interface GitRef {
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  /** A version range such as `1.x`, `^1.2.0`, `~1.2` or `>=1.0.0 <2.0.0`; the highest tag in it is used. */
  readonly semver?: string | undefined;
  /** A full ref name, such as `refs/pull/7/head`. */
  readonly name?: string | undefined;
  readonly commit?: string | undefined;
}

export interface RemoteRef {
  readonly name: string;
  readonly commit: string;
}

/** The ref to fetch, and the name to show for it. */
export interface ChosenRef {
  readonly label: string;
  /** The ref or commit to ask the server for. */
  readonly fetch: string;
  /** The commit; `undefined` if only fetching tells. */
  readonly commit?: string;
}

/** Pure. Chooses among the refs of a server. Returns `undefined` if the wanted ref is not there. */
export function chooseRef(wanted: GitRef, refs: readonly RemoteRef[]): ChosenRef | undefined {
  const named = (name: string, label: string): ChosenRef | undefined => {
    const found = refs.find((ref) => ref.name === name);
    if (!found) return undefined;
    const peeled = refs.find((ref) => ref.name === `${name}^{}`);
    return { label, fetch: name, commit: (peeled ?? found).commit };
  };
  if (wanted.commit !== undefined)
    return { label: wanted.branch ?? 'HEAD', fetch: wanted.commit, commit: wanted.commit };
  if (wanted.name !== undefined) return named(wanted.name, wanted.name);
  if (wanted.semver !== undefined) {
    const tag = highestTag(wanted.semver, refs);
    return tag === undefined ? undefined : named(`refs/tags/${tag}`, tag);
  }
  if (wanted.tag !== undefined) return named(`refs/tags/${wanted.tag}`, wanted.tag);
  if (wanted.branch !== undefined) return named(`refs/heads/${wanted.branch}`, wanted.branch);
  return defaultBranch(refs);
}

/**
 * Returns the branch that HEAD stands for on the server: a branch of the same commit, with the usual names
 * first.
 */
function defaultBranch(refs: readonly RemoteRef[]): ChosenRef | undefined {
  const head = refs.find(({ name }) => name === 'HEAD');
  const branches = refs.filter(({ name }) => name.startsWith('refs/heads/'));
  const same = head ? branches.filter(({ commit }) => commit === head.commit) : branches;
  const chosen =
    same.find(({ name }) => name === 'refs/heads/main') ??
    same.find(({ name }) => name === 'refs/heads/master') ??
    same[0];
  return (
    chosen && { label: chosen.name.slice('refs/heads/'.length), fetch: chosen.name, commit: chosen.commit }
  );
}

interface Version {
  readonly core: readonly [number, number, number];
  readonly pre: readonly string[];
}

const highestTag = (range: string, refs: readonly RemoteRef[]): string | undefined =>
  chooseVersion(
    range,
    refs
      .filter(({ name }) => name.startsWith('refs/tags/') && !name.endsWith('^{}'))
      .map(({ name }) => name.slice('refs/tags/'.length)),
  );

/**
 * Pure. Returns the tag with the highest version in a range, or `undefined` if no tag is in it or the range
 * is invalid.
 */
export function chooseVersion(range: string, tags: readonly string[]): string | undefined {
  const fits = parseRange(range);
  if (!fits) return undefined;
  return tags
    .flatMap((tag) => {
      const version = parseVersion(tag);
      return version && fits(version) ? [{ tag, version }] : [];
    })
    .sort((a, b) => compareVersions(b.version, a.version))[0]?.tag;
}

/** Parses a version (Semantic Versioning 2.0.0), with an optional leading `v`. */
function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (!match) return undefined;
  return {
    core: [Number(match[1]), Number(match[2]), Number(match[3])],
    pre: match[4]?.split('.') ?? [],
  };
}

function compareVersions(a: Version, b: Version): number {
  for (const at of [0, 1, 2] as const) if (a.core[at] !== b.core[at]) return a.core[at] - b.core[at];
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [at, part] of a.pre.entries()) {
    const other = b.pre[at];
    if (other === undefined) return 1;
    if (part === other) continue;
    const numbers = /^\d+$/.test(part) && /^\d+$/.test(other);
    if (numbers) return Number(part) - Number(other);
    if (/^\d+$/.test(part) !== /^\d+$/.test(other)) return /^\d+$/.test(part) ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.pre.length - b.pre.length;
}

type Fits = (version: Version) => boolean;

/**
 * Pure. Parses the common ranges of node-semver and Masterminds: comparators side by side must all hold, and
 * `||` separates alternatives. A pre-release matches only if the range names a pre-release of the same
 * version.
 */
function parseRange(range: string): Fits | undefined {
  const alternatives = range.split('||').map((part) =>
    part
      .trim()
      .split(/[\s,]+/)
      .map(parseComparator),
  );
  if (alternatives.some((parts) => parts.includes(undefined))) return undefined;
  return (version) =>
    (alternatives as readonly (readonly Comparator[])[]).some(
      (parts) =>
        parts.every(({ fits }) => fits(version)) &&
        (version.pre.length === 0 ||
          parts.some(({ base }) => base.pre.length > 0 && isDeepStrictEqual(base.core, version.core))),
    );
}

interface Comparator {
  readonly base: Version;
  readonly fits: Fits;
}

function parseComparator(text: string): Comparator | undefined {
  const match =
    /^(\^|~|>=|<=|>|<|=)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/.exec(text);
  if (!match) return undefined;
  const [, operator = '', ...parts] = match;
  const numbers = parts
    .slice(0, 3)
    .map((part) => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part)));
  const known = numbers.findIndex((part) => part === undefined);
  const precision = known === -1 ? 3 : known;
  const [major = 0, minor = 0, patch = 0] = numbers;
  const base: Version = { core: [major, minor, patch], pre: parts[3]?.split('.') ?? [] };
  const atLeast: Fits = (version) => compareVersions(version, base) >= 0;
  const below = (limit: readonly [number, number, number]): Fits => {
    return (version) => compareVersions({ core: version.core, pre: [] }, { core: limit, pre: [] }) < 0;
  };
  const upTo = (keep: number): Fits =>
    keep === 0
      ? () => true
      : below(
          keep === 1 ? [major + 1, 0, 0] : keep === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1],
        );
  const both = (fits: Fits): Comparator => ({ base, fits: (version) => atLeast(version) && fits(version) });
  switch (operator) {
    case '^': {
      const firstSet = major > 0 || precision === 1 ? 1 : minor > 0 || precision === 2 ? 2 : 3;
      return both(upTo(Math.min(firstSet, Math.max(precision, 1))));
    }
    case '~':
      return both(upTo(Math.min(2, precision)));
    case '>=':
      return { base, fits: atLeast };
    case '>':
      return {
        base,
        fits:
          precision === 3
            ? (version) => compareVersions(version, base) > 0
            : (version) => !upTo(precision)(version),
      };
    case '<':
      return { base, fits: (version) => compareVersions(version, base) < 0 };
    case '<=':
      return {
        base,
        fits: precision === 3 ? (version) => compareVersions(version, base) <= 0 : upTo(precision),
      };
    default:
      return precision === 3
        ? { base, fits: (version) => compareVersions(version, base) === 0 }
        : both(upTo(precision));
  }
}
