import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { hasExactlyOne } from '@ignite/toolkit/schema/exactly-one';
import * as v from 'valibot';

/** A file that cloud-init writes before anything is run. */
export const bootFileSchema = v.pipe(
  v.strictObject({
    path: v.pipe(v.string(), v.startsWith('/', 'must be an absolute path')),
    owner: v.optional(v.string()),
    permissions: v.optional(v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/, 'must be octal, such as 0640'))),
    encoding: v.optional(v.picklist(['base64', 'gzip', 'gzip+base64'])),
    append: v.optional(v.boolean()),
    content: v.optional(v.string()),
    contentFrom: v.optional(
      v.strictObject({ secret: v.strictObject({ name: v.string(), key: v.string() }) }),
    ),
  }),
  v.check(
    (file) => hasExactlyOne(file, ['content', 'contentFrom']),
    'must have either content or contentFrom',
  ),
);
export type WantedFile = v.InferOutput<typeof bootFileSchema>;

/** What makes a machine a node, whatever the distribution of Kubernetes. */
export interface BootstrapConfig extends KubeObject {
  readonly spec: { readonly files?: readonly WantedFile[] | undefined };
  readonly status?: {
    readonly initialization?: { readonly dataSecretCreated?: boolean };
    readonly dataSecretName?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}
