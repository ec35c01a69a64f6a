import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const mostReplicas = 500;
const name = v.pipe(v.string(), v.nonEmpty());

export const sandboxWarmPoolSpecSchema = v.strictObject({
  replicas: described(
    'Number of Sandboxes that are kept ready.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostReplicas)), 1),
  ),
  sandboxTemplateRef: v.strictObject({ name }),
  updateStrategy: described(
    'Whether Sandboxes of an older template are replaced at once, or when they have been claimed.',
    v.optional(v.strictObject({ type: v.optional(v.picklist(['Recreate', 'OnReplenish']), 'OnReplenish') })),
  ),
});

export interface SandboxWarmPoolStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly selector?: string;
}

/** Sandboxes that are kept ready (agent-sandbox: SandboxWarmPool). */
export interface SandboxWarmPool extends KubeObject {
  readonly kind: 'SandboxWarmPool';
  readonly spec: v.InferOutput<typeof sandboxWarmPoolSpecSchema>;
  readonly status?: SandboxWarmPoolStatus;
}
