/** Returns what returns a value that is derived from another one, and is the same as long as that one is the same. */
export function derived<Source, Value>(source: () => Source, derive: (source: Source) => Value): () => Value {
  let last: { readonly source: Source; readonly value: Value } | undefined;
  return () => {
    const now = source();
    if (!last || last.source !== now) last = { source: now, value: derive(now) };
    return last.value;
  };
}
