import type { GroupKind } from '../../object/group-kind.ts';
import type { Key } from '../store.ts';

/** The keys of a store below its prefix in etcd. */
export class EtcdLayout {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The key whose value is the version of this layout. */
  get version(): string {
    return `${this.#prefix}/version`;
  }

  /** The prefix of the first layout, which has the objects by kind, namespace and name, and no version. */
  get first(): string {
    return `${this.#prefix}/objects/`;
  }

  /** The prefix of all objects. */
  get objects(): string {
    return `${this.#prefix}/registry/`;
  }

  /** Returns the prefix of the objects of a kind, or of those in one namespace. */
  kind({ group, kind }: GroupKind, namespace?: string): string {
    const all = `${this.objects}${group}/${kind}/`;
    return namespace === undefined ? all : `${all}${namespace}/`;
  }

  object({ namespace = 'default', name, ...kind }: Key): string {
    return `${this.kind(kind, namespace)}${name}`;
  }

  /** Returns what the key of an object says of it. Only a name has slashes. */
  named(key: string): Required<Key> {
    const [group = '', kind = '', namespace = '', ...name] = key.slice(this.objects.length).split('/');
    return { group, kind, namespace, name: name.join('/') };
  }
}
