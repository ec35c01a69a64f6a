import * as v from 'valibot';

/** The schema of a reference to an object in the same namespace. Its version is that of the contract. */
export const contractReferenceSchema = v.strictObject({
  apiGroup: v.pipe(v.string(), v.nonEmpty()),
  kind: v.pipe(v.string(), v.nonEmpty()),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(253)),
});
export type ContractReference = v.InferOutput<typeof contractReferenceSchema>;
