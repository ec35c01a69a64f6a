import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

/** An object with further fields, which are kept. */
const withOthers = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.objectWithRest(entries, v.unknown());
export const anything = v.record(v.string(), v.unknown());

const quantity = v.union([v.string(), v.number()]);
const quantities = v.optional(v.record(v.string(), quantity));
const texts = v.optional(v.array(v.string()));

/** The fields that a VM can fulfil. Others are kept, and told where they cannot be done without. */
const containerSchema = withOthers({
  name: v.pipe(v.string(), v.nonEmpty()),
  image: described('Image in a registry.', v.pipe(v.string(), v.nonEmpty())),
  command: texts,
  args: texts,
  env: v.optional(v.array(withOthers({ name: v.string(), value: v.optional(v.string()) }))),
  resources: v.optional(withOthers({ limits: quantities, requests: quantities })),
});

export const podMetadataSchema = v.strictObject({
  labels: v.optional(v.record(v.string(), v.string())),
  annotations: v.optional(v.record(v.string(), v.string())),
});

const podTemplateSchema = v.strictObject({
  metadata: v.optional(podMetadataSchema),
  spec: withOthers({
    containers: v.pipe(v.array(containerSchema), v.minLength(1)),
    restartPolicy: v.optional(v.picklist(['Always', 'OnFailure', 'Never'])),
  }),
});

/** What a sandbox is made of, in Sandboxes and in SandboxTemplates. */
export const blueprintEntries = {
  podTemplate: described('The Pod as which the VM is described.', podTemplateSchema),
  volumeClaimTemplates: v.optional(v.array(anything)),
  service: v.optional(v.boolean()),
};
export type Blueprint = v.InferOutput<v.StrictObjectSchema<typeof blueprintEntries, undefined>>;
export type Container = v.InferOutput<typeof containerSchema>;
