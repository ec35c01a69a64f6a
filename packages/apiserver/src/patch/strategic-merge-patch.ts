type Fields = Readonly<Record<string, unknown>>;
/** The keys by which the items of lists are told apart, by the dotted paths of the lists. */
type MergeKeys = Readonly<Record<string, string>>;

/** What a list of plain values is merged by: the values themselves. */
const byValue = '';

/**
 * Pure. Applies a strategic merge patch: a merge patch that merges the items of lists that have a key, and that
 * has directives (Kubernetes: strategic-merge-patch). Lists without a key are replaced.
 */
export const strategicMergePatch = (target: unknown, patch: Fields, keys: MergeKeys): unknown =>
  mergedFields(target, patch, keys, '');

/** Pure. Tells whether a field of a patch says how it is merged. */
export const isDirective = (name: unknown): boolean =>
  typeof name === 'string' &&
  /^\$(patch|retainKeys|(deleteFromPrimitiveList|setElementOrder)\/.*)$/.test(name);

function mergedFields(target: unknown, patch: Fields, keys: MergeKeys, path: string): Fields | undefined {
  const { $patch: directive, $retainKeys: retained, ...changes } = patch;
  if (directive === 'delete') return undefined;
  if (directive === 'replace') return changes;
  const kept = isFields(target) ? retain(target, retained) : {};
  const result = new Map(Object.entries(kept));
  for (const [name, value] of Object.entries(changes)) {
    const [, removal, list] = /^\$(deleteFromPrimitiveList|setElementOrder)\/(.*)$/.exec(name) ?? [];
    if (removal === 'deleteFromPrimitiveList') result.set(list!, without(result.get(list!), value));
    if (removal !== undefined) continue;
    const order = patch[`$setElementOrder/${name}`];
    const next = mergedValue(result.get(name), value, {
      order,
      keys,
      path: path === '' ? name : `${path}.${name}`,
    });
    if (next === undefined) result.delete(name);
    else result.set(name, next);
  }
  return Object.fromEntries(result);
}

interface Place {
  /** The items of a list in the order that the patch wants; without it, those of the patch come in its own order. */
  readonly order: unknown;
  readonly keys: MergeKeys;
  readonly path: string;
}

function mergedValue(target: unknown, patch: unknown, place: Place): unknown {
  const { order, keys, path } = place;
  if (patch === null) return undefined;
  if (isFields(patch)) return mergedFields(target, patch, keys, path);
  const key = keys[path];
  if (!Array.isArray(patch) || key === undefined) return patch;
  const items: readonly unknown[] = Array.isArray(target) ? target : [];
  const keyOf = (item: unknown): unknown => (key !== byValue && isFields(item) ? item[key] : item);
  const merged =
    key === byValue
      ? new Map([...items, ...patch].map((item) => [item, item]))
      : mergedItems(items, patch, { ...place, key });
  const wanted: readonly unknown[] = Array.isArray(order) ? order : patch;
  return inOrder(merged, items.map(keyOf), wanted.map(keyOf));
}

/**
 * Returns items in the order of the wanted keys. What the patch does not name stays before the items that it was
 * before, and comes after those that are new.
 */
function inOrder(
  items: ReadonlyMap<unknown, unknown>,
  before: readonly unknown[],
  wanted: readonly unknown[],
): readonly unknown[] {
  const named = [...new Set(wanted)].filter((key) => items.has(key));
  const others = [...items.keys()].filter((key) => !wanted.includes(key));
  const result: unknown[] = [];
  for (const key of named) {
    const at = before.indexOf(key);
    while (others.length > 0 && at >= 0 && isBefore(before.indexOf(others[0]), at))
      result.push(items.get(others.shift()));
    result.push(items.get(key));
  }
  return [...result, ...others.map((key) => items.get(key))];
}

const isBefore = (index: number, other: number): boolean => index >= 0 && index < other;

function mergedItems(
  items: readonly unknown[],
  patch: readonly unknown[],
  { key, keys, path }: Omit<Place, 'order'> & { readonly key: string },
): ReadonlyMap<unknown, unknown> {
  const changes = patch.filter(isFields);
  const replaces = changes.some((change) => change['$patch'] === 'replace');
  const result = new Map(replaces ? [] : items.filter(isFields).map((item) => [item[key], item]));
  for (const change of changes.filter((each) => each['$patch'] !== 'replace')) {
    const next = mergedFields(result.get(change[key]), change, keys, path);
    if (next === undefined) result.delete(change[key]);
    else result.set(change[key], next);
  }
  return result;
}

const retain = (target: Fields, names: unknown): Fields =>
  Array.isArray(names)
    ? Object.fromEntries(Object.entries(target).filter(([name]) => names.includes(name)))
    : target;

const without = (list: unknown, removed: unknown): unknown =>
  Array.isArray(list) && Array.isArray(removed) ? list.filter((each) => !removed.includes(each)) : list;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
