/** A finder for each field of a type. If a field is added to the type but not here, that is a type error. */
export type EachField<T, Found> = {
  readonly [Field in keyof Required<T>]: (value: NonNullable<T[Field]>, at: string) => readonly Found[];
};

/**
 * Pure. Returns what the finders find in the fields that are present. `at` is the path of the object, to
 * which the field names are added.
 */
export function findInFields<T extends object, Found>(
  object: T,
  fields: EachField<T, Found>,
  at: string,
): readonly Found[] {
  return (Object.keys(fields) as (keyof T & string)[]).flatMap((field) => {
    const value = object[field];
    return value === undefined || value === null ? [] : fields[field](value, `${at}.${field}`);
  });
}

/** The finder for fields in which there is nothing to find. */
export const nothing = (): readonly never[] => [];
