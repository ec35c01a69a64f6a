import { CodedError } from '../errors/coded-error.ts';
import { groupOf } from '../object/group-kind.ts';
import { type Kind, type KindVersion, hubOf } from './kind.ts';

/** The kinds of an application, by group, version and kind (Kubernetes API conventions, "Types (Kinds)"). */
export class Scheme {
  readonly kinds: readonly Kind[];
  readonly #versions: readonly KindVersion[];

  constructor(kinds: readonly Kind[]) {
    this.kinds = kinds;
    this.#versions = kinds.flatMap(({ versions }) => versions);
  }

  find(apiVersion: string, kind: string): KindVersion | undefined {
    return this.#versions.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  }

  /**
   * The names of all kinds, such as `VM (example.org/v1, v1beta1)`, for messages to people who wrote an
   * unknown one.
   */
  get names(): readonly string[] {
    return this.kinds.map(({ kind, versions }) => {
      const [first = '', ...others] = versions.map(({ apiVersion }) => apiVersion);
      return `${kind} (${[first, ...others.map((other) => other.split('/').at(-1))].join(', ')})`;
    });
  }

  /** Returns the hub version of a kind, through which all others are converted. */
  hubOf(version: KindVersion): KindVersion {
    return hubOf(this.kindOf(version));
  }

  /**
   * Returns another version of a kind.
   * @throws CodedError VERSION_UNKNOWN
   */
  version(of: KindVersion, apiVersion: string): KindVersion {
    const { versions } = this.kindOf(of);
    const found = versions.find((version) => version.apiVersion === apiVersion);
    if (found) return found;
    throw new CodedError('VERSION_UNKNOWN', `${of.kind} has no version ${apiVersion}`, {
      hint: `known versions: ${versions.map((version) => version.apiVersion).join(', ')}`,
    });
  }

  /** Returns the kind of which this is a version. */
  kindOf({ apiVersion, kind: name }: KindVersion): Kind {
    return this.kinds.find(({ group, kind }) => group === groupOf(apiVersion) && kind === name)!;
  }
}
