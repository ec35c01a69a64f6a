/** For each field of a type, what is to be found in it: a field that is added to the type and not here is a type error. */
export type EachField<T, Found> = {
  readonly [Field in keyof Required<T>]: (value: NonNullable<T[Field]>, at: string) => readonly Found[];
};

/** Pure. What is found in the fields that are there; `at` names the object, and the fields below it. */
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

/** Of fields in which there is nothing to be found. */
export const nothing = (): readonly never[] => [];
