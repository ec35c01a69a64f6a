import { shapeCheck } from '../object/shape-check.ts';
import { groupOf } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { matches, withRevision } from './next-object.ts';
import { RecentObjects } from './recent-objects.ts';
import { type BrokenObject, type Key, type Selector, objectBroken } from './store.ts';

/** An object as it is stored. */
export interface StoredRow extends Required<Key> {
  readonly json: string;
  /** The version of the object, if its text does not say it. */
  readonly resourceVersion?: string;
}

/** Returns what is wrong with an object of a kind that the reader knows, or `undefined` if it is sound. */
export type ProblemOf = (object: KubeObject) => string | undefined;

/** Says which stored objects are sound, and who is told of those that are not. */
export interface RowOptions {
  readonly problemOf?: ProblemOf;
  /** Called once for each broken record. */
  readonly onBroken?: (broken: BrokenObject) => void;
  /** Whether the same rows are hardly read again, so that their objects are not remembered. */
  readonly readsOnce?: boolean;
}

/** Returns an object that an older program has stored in the form of today, or the same object. */
export type UpgradeObject = (object: KubeObject) => KubeObject;

/** The one place where stored rows become objects. A broken row affects only those who ask for it. */
export class RowDecoder {
  readonly #problemOf: ProblemOf;
  readonly #onBroken: (broken: BrokenObject) => void;
  readonly #told = new Set<string>();
  readonly #recent: RecentObjects | undefined;

  constructor({ problemOf = () => undefined, onBroken = () => {}, readsOnce = false }: RowOptions = {}) {
    this.#recent = readsOnce ? undefined : new RecentObjects();
    this.#problemOf = problemOf;
    this.#onBroken = onBroken;
  }

  /**
   * Decodes a row.
   * @throws CodedError OBJECT_BROKEN
   */
  one(row: StoredRow): KubeObject {
    const { object, broken } = this.#decode(row);
    if (broken) throw objectBroken(broken);
    return object;
  }

  /** Returns the object of a row for those who go on without it, or `undefined` if the row is broken. */
  sound(row: StoredRow): KubeObject | undefined {
    return this.all([row]).items[0];
  }

  all(
    rows: readonly StoredRow[],
    selector?: Selector,
  ): { readonly items: readonly KubeObject[]; readonly broken: readonly BrokenObject[] } {
    const items: KubeObject[] = [];
    const broken: BrokenObject[] = [];
    for (const row of rows) {
      const found = this.#decode(row);
      if (found.broken) broken.push(found.broken);
      else if (matches(found.object, selector)) items.push(found.object);
    }
    for (const each of broken) this.#tell(each);
    return { items, broken };
  }

  #tell(broken: BrokenObject): void {
    const { group, kind, namespace, name } = broken.key;
    const id = JSON.stringify([group, kind, namespace, name]);
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#onBroken(broken);
  }

  #decode(row: StoredRow): Decoded {
    const known = this.#recent?.get(row.json);
    const object = known ?? parse(row.json);
    if (object === undefined) return brokenRow(row, 'it is not JSON');
    const problem = known ? ownProblem(known, row) : this.#problemWith(object, row);
    if (problem !== undefined) return brokenRow(row, problem);
    const found = object as KubeObject;
    if (!known) this.#recent?.set(row.json, found);
    const { resourceVersion } = row;
    return { object: resourceVersion === undefined ? found : withRevision(found, resourceVersion) };
  }

  #problemWith(object: unknown, row: StoredRow): string | undefined {
    return (
      objectProblem(object) ?? ownProblem(object as KubeObject, row) ?? this.#problemOf(object as KubeObject)
    );
  }
}

type Decoded =
  | { readonly object: KubeObject; readonly broken?: undefined }
  | { readonly object?: undefined; readonly broken: BrokenObject };

const brokenRow = ({ group, kind, namespace, name, json: text }: StoredRow, problem: string): Decoded => ({
  broken: { key: { group, kind, namespace, name }, problem, text },
});

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const objectProblem = shapeCheck({
  apiVersion: '',
  kind: '',
  metadata: {
    name: '',
    namespace: '',
    uid: '',
    resourceVersion: '',
    generation: 0,
    creationTimestamp: '',
    labels: {},
    annotations: {},
    finalizers: [''],
  },
});

function ownProblem({ apiVersion, kind, metadata }: KubeObject, key: Required<Key>): string | undefined {
  const isOwn =
    groupOf(apiVersion) === key.group &&
    kind === key.kind &&
    metadata.name === key.name &&
    metadata.namespace === key.namespace;
  return isOwn ? undefined : 'it belongs to another object';
}

/** Returns the object that a text holds, or `undefined` if it is damaged. */
export function soundObject(json: string): KubeObject | undefined {
  const object = parse(json);
  return objectProblem(object) === undefined ? (object as KubeObject) : undefined;
}

/** Returns the group that the text of an object names, which may be damaged, or `undefined` if none is legible. */
export function groupInText(json: string): string | undefined {
  const apiVersion = /"apiVersion":"([^"\\]+)"/.exec(json)?.[1];
  return apiVersion === undefined ? undefined : groupOf(apiVersion);
}
