import { shapeCheck } from '../object/shape-check.ts';
import type { ApiObject } from '../object/meta.ts';
import { matches } from './next-object.ts';
import { type BrokenObject, type Key, type Selector, objectBroken } from './store.ts';

/** An object as a file stores it. */
export interface StoredRow extends Required<Key> {
  readonly json: string;
}

/** Returns what is wrong with an object of a kind that the reader knows, or `undefined` if it is sound. */
export type ProblemOf = (object: ApiObject) => string | undefined;

/** The one place where stored rows become objects. A broken row affects only those who ask for it. */
export class RowDecoder {
  readonly #problemOf: ProblemOf;
  readonly #onBroken: (broken: BrokenObject) => void;
  readonly #told = new Set<string>();

  /** @param onBroken is called once for each broken row */
  constructor(problemOf: ProblemOf = () => undefined, onBroken: (broken: BrokenObject) => void = () => {}) {
    this.#problemOf = problemOf;
    this.#onBroken = onBroken;
  }

  /**
   * Decodes a row.
   * @throws CodedError OBJECT_BROKEN
   */
  one(row: StoredRow): ApiObject {
    const found = this.#decode(row);
    if ('problem' in found) throw objectBroken(found);
    return found;
  }

  all(
    rows: readonly StoredRow[],
    selector?: Selector,
  ): { readonly items: readonly ApiObject[]; readonly broken: readonly BrokenObject[] } {
    const items: ApiObject[] = [];
    const broken: BrokenObject[] = [];
    for (const row of rows) {
      const found = this.#decode(row);
      if ('problem' in found) broken.push(found);
      else if (matches(found, selector)) items.push(found);
    }
    for (const each of broken) this.#tell(each);
    return { items, broken };
  }

  #tell(broken: BrokenObject): void {
    const { kind, namespace, name } = broken.key;
    const id = JSON.stringify([kind, namespace, name]);
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#onBroken(broken);
  }

  #decode({ json, ...key }: StoredRow): ApiObject | BrokenObject {
    const object = parse(json);
    if (object === undefined) return { key, problem: 'it is not JSON', text: json };
    const problem = problemWith(object, key) ?? this.#problemOf(object as ApiObject);
    return problem === undefined ? (object as ApiObject) : { key, problem, text: json };
  }
}

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

function problemWith(object: unknown, { kind, namespace, name }: Required<Key>): string | undefined {
  const wrong = objectProblem(object);
  if (wrong !== undefined) return wrong;
  const { metadata, kind: ofKind } = object as ApiObject;
  if (ofKind === kind && metadata.name === name && metadata.namespace === namespace) return undefined;
  return 'it belongs to another object';
}
