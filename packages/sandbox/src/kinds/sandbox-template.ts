import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { anything, blueprintEntries } from './pod-template.ts';

const policy = v.picklist(['Allowed', 'Overrides', 'Disallowed']);

export const sandboxTemplateSpecSchema = v.strictObject({
  ...blueprintEntries,
  networkPolicy: v.optional(anything),
  networkPolicyManagement: v.optional(v.picklist(['Managed', 'Unmanaged']), 'Managed'),
  envVarsInjectionPolicy: described(
    'Whether a claim may add environment variables, and replace those of the template.',
    v.optional(policy, 'Disallowed'),
  ),
  volumeClaimTemplatesPolicy: v.optional(policy, 'Disallowed'),
});

/** What sandboxes are made from (agent-sandbox: SandboxTemplate). */
export interface SandboxTemplate extends KubeObject {
  readonly kind: 'SandboxTemplate';
  readonly spec: v.InferOutput<typeof sandboxTemplateSpecSchema>;
}
