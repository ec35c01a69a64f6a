import * as v from 'valibot';
import { unlessAborted } from '../../async/unless-aborted.ts';
import { groupOf, versionOf } from '../../object/group-kind.ts';
import { ObjectError } from '../object-error.ts';
import type { GroupVersionResource } from '../group-version-resource.ts';
import type { ApiConnection } from './api-connection.ts';

/** A kind as a server serves it. */
export interface ServedResource extends GroupVersionResource {
  readonly kind: string;
  readonly isNamespaced: boolean;
}

const resourceListSchema = v.object({
  resources: v.array(v.object({ name: v.string(), kind: v.string(), namespaced: v.boolean() })),
});

const groupListSchema = v.object({
  groups: v.array(v.object({ name: v.string(), preferredVersion: v.object({ version: v.string() }) })),
});

/** What a server serves, as it tells itself (Kubernetes: discovery). What it has told is not asked for again. */
export class ServedResources {
  readonly #connection: ApiConnection;
  readonly #versions = new Map<string, readonly ServedResource[]>();
  /** The preferred versions by group. */
  #preferred: ReadonlyMap<string, string> | undefined;
  /** What is being asked for by several at once, by its path. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  /** Returns a kind in the version of `apiVersion`, if it is served. */
  async find(apiVersion: string, kind: string, signal: AbortSignal): Promise<ServedResource | undefined> {
    const known = this.#versions.get(apiVersion) ?? (await this.#ask(apiVersion, signal));
    return known.find((each) => each.kind === kind);
  }

  /** Returns a kind in the version that the server prefers, if it is served. */
  async preferred(group: string, kind: string, signal: AbortSignal): Promise<ServedResource | undefined> {
    if (group === '') return await this.find('v1', kind, signal);
    if (!this.#preferred?.has(group)) this.#preferred = await this.#askGroups(signal);
    const version = this.#preferred.get(group);
    return version === undefined ? undefined : await this.find(`${group}/${version}`, kind, signal);
  }

  /** Asks again for everything from now on, since kinds may have been added. */
  forget(): void {
    this.#versions.clear();
    this.#preferred = undefined;
  }

  async #ask(apiVersion: string, signal: AbortSignal): Promise<readonly ServedResource[]> {
    const [group, version] = [groupOf(apiVersion), versionOf(apiVersion)];
    const path = [...(group === '' ? ['api'] : ['apis', group]), version];
    const answer = await this.#get(path, signal);
    if (answer === undefined) return [];
    const { resources } = read(resourceListSchema, answer);
    const served = resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({
        group,
        version,
        resource: name,
        kind,
        isNamespaced: namespaced,
      }));
    this.#versions.set(apiVersion, served);
    return served;
  }

  async #askGroups(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { groups } = read(groupListSchema, await this.#get(['apis'], signal));
    return new Map(groups.map(({ name, preferredVersion }) => [name, preferredVersion.version]));
  }

  /**
   * Returns undefined where there is nothing at a path. Whoever asks meanwhile gets the same answer, even if the one who
   * asked first does not wait for it any more.
   */
  async #get(segments: readonly string[], signal: AbortSignal): Promise<unknown> {
    const path = segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
    signal.throwIfAborted();
    const asked = this.#asking.get(path) ?? this.#call(path).finally(() => this.#asking.delete(path));
    this.#asking.set(path, asked);
    return await unlessAborted(asked, signal);
  }

  async #call(path: string): Promise<unknown> {
    try {
      return await this.#connection.call({ method: 'GET', path });
    } catch (failure) {
      if (failure instanceof ObjectError && failure.code === 'NOT_FOUND') return undefined;
      throw failure;
    }
  }
}

function read<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, answer);
  if (result.success) return result.output;
  throw new ObjectError('SERVER_FAILED', 'the server did not tell what it serves', {
    hint: 'check its address',
    cause: new v.ValiError(result.issues),
  });
}
