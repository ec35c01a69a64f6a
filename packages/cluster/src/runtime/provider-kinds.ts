import { type ClientKind, type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { contractVersion } from '../contract/groups.ts';
import type { ContractReference } from '../contract/reference.ts';

const definitions: KindResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};
const contractLabel = `cluster.x-k8s.io/${contractVersion}`;

/**
 * Finds the kinds that references name, which say no version: ours, and those of other providers, whose definitions say
 * in a label which of their versions fulfil the contract. What was found is kept.
 */
export class ProviderKinds {
  readonly #client: ObjectClient;
  readonly #own: ReadonlySet<string>;
  readonly #known: Map<string, ClientKind<KubeObject>>;

  constructor(client: ObjectClient, own: readonly KindResource[]) {
    this.#client = client;
    this.#own = new Set(own.map(({ group, kind }) => nameOf(group, kind)));
    this.#known = new Map(own.map((kind) => [nameOf(kind.group, kind.kind), asStored(kind)]));
  }

  /**
   * Tells whether a kind is still there. Whoever deletes the definition of a kind deletes all its objects, also those of
   * which nobody hears any more.
   * @throws ObjectError NOT_FOUND where there are no definitions at all, so that nothing can be told
   */
  async isDefined({ apiGroup, kind }: Pick<ContractReference, 'apiGroup' | 'kind'>): Promise<boolean> {
    if (this.#own.has(nameOf(apiGroup, kind))) return true;
    const value = `${pluralOf(kind)}.${apiGroup}`;
    const fields = [{ field: 'metadata.name', operator: '=', value }] as const;
    const isThere = (await this.#client.list(definitions, { fields })).items.length > 0;
    if (!isThere) this.#known.delete(nameOf(apiGroup, kind));
    return isThere;
  }

  /** @throws ObjectError NOT_FOUND */
  async find({
    apiGroup,
    kind,
  }: Pick<ContractReference, 'apiGroup' | 'kind'>): Promise<ClientKind<KubeObject>> {
    const known = this.#known.get(nameOf(apiGroup, kind));
    if (known) return known;
    const resource = pluralOf(kind);
    const definition = await objectsOf(this.#client, definitions).find({ name: `${resource}.${apiGroup}` });
    const version = definition?.metadata.labels[contractLabel]?.split('_').at(-1);
    if (version === undefined)
      throw new ObjectError(
        'NOT_FOUND',
        `there is no kind ${kind} in ${apiGroup} with the label ${contractLabel}`,
        {
          hint: 'install the provider, or correct the reference',
        },
      );
    const found = asStored({ group: apiGroup, version, resource, kind });
    this.#known.set(nameOf(apiGroup, kind), found);
    return found;
  }
}

const nameOf = (group: string, kind: string): string => `${kind}.${group}`;

const asStored = ({ group, version, resource, kind }: KindResource): ClientKind<KubeObject> => ({
  ...{ group, version, resource, kind },
  decode: (stored) => stored,
});

/** Pure. Returns the plural of a kind as Cluster API expects it. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word.endsWith('endpoints')) return word;
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}
