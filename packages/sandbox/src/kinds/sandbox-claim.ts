import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { podMetadataSchema } from './pod-template.ts';
import { instant } from './sandbox.ts';

export const sandboxClaimSpecSchema = v.strictObject({
  warmPoolRef: described(
    'SandboxWarmPool to take a Sandbox from.',
    v.strictObject({ name: v.pipe(v.string(), v.nonEmpty()) }),
  ),
  lifecycle: v.optional(
    v.strictObject({
      shutdownTime: v.optional(instant),
      shutdownPolicy: v.optional(v.picklist(['Delete', 'DeleteForeground', 'Retain']), 'Retain'),
      ttlSecondsAfterFinished: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
  ),
  additionalPodMetadata: v.optional(podMetadataSchema),
  safeToEvict: v.optional(v.picklist(['on-completion', 'true', 'false'])),
  env: described(
    'Environment variables. A claim with some gets a Sandbox of its own, and none that is ready.',
    v.optional(
      v.array(v.strictObject({ name: v.string(), value: v.string(), containerName: v.optional(v.string()) })),
    ),
  ),
});

export interface SandboxClaimStatus {
  readonly conditions?: readonly Condition[];
  readonly sandbox?: { readonly name?: string; readonly podIPs?: readonly string[] };
}

/** Asks for a Sandbox of a pool (agent-sandbox: SandboxClaim). */
export interface SandboxClaim extends KubeObject {
  readonly kind: 'SandboxClaim';
  readonly spec: v.InferOutput<typeof sandboxClaimSpecSchema>;
  readonly status?: SandboxClaimStatus;
}
