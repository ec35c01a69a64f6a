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
    const next = mergedValue(result.get(name), value, keys, path === '' ? name : `${path}.${name}`);
    if (next === undefined) result.delete(name);
    else result.set(name, next);
  }
  return Object.fromEntries(result);
}

function mergedValue(target: unknown, patch: unknown, keys: MergeKeys, path: string): unknown {
  if (patch === null) return undefined;
  if (isFields(patch)) return mergedFields(target, patch, keys, path);
  const key = keys[path];
  if (!Array.isArray(patch) || key === undefined) return patch;
  const items: readonly unknown[] = Array.isArray(target) ? target : [];
  return key === byValue
    ? [...new Set([...items, ...patch])]
    : mergedItems(items, patch, { key, keys, path });
}

function mergedItems(
  items: readonly unknown[],
  patch: readonly unknown[],
  { key, keys, path }: { readonly key: string; readonly keys: MergeKeys; readonly path: string },
): readonly unknown[] {
  const changes = patch.filter(isFields);
  const replaces = changes.some((change) => change['$patch'] === 'replace');
  const result = new Map(replaces ? [] : items.filter(isFields).map((item) => [item[key], item]));
  for (const change of changes.filter((each) => each['$patch'] !== 'replace')) {
    const next = mergedFields(result.get(change[key]), change, keys, path);
    if (next === undefined) result.delete(change[key]);
    else result.set(change[key], next);
  }
  return [...result.values()];
}

const retain = (target: Fields, names: unknown): Fields =>
  Array.isArray(names)
    ? Object.fromEntries(Object.entries(target).filter(([name]) => names.includes(name)))
    : target;

const without = (list: unknown, removed: unknown): unknown =>
  Array.isArray(list) && Array.isArray(removed) ? list.filter((each) => !removed.includes(each)) : list;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
