import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { blueprintEntries } from './pod-template.ts';

export const instant = v.pipe(v.string(), v.isoTimestamp('must be a time, such as 2026-01-31T12:00:00Z'));

export const sandboxSpecSchema = v.strictObject({
  ...blueprintEntries,
  operatingMode: described(
    'Whether the VM runs, or is suspended with its memory.',
    v.optional(v.picklist(['Running', 'Suspended']), 'Running'),
  ),
  shutdownTime: described('When the VM is removed.', v.optional(instant)),
  shutdownPolicy: described(
    'Whether the object stays after that.',
    v.optional(v.picklist(['Delete', 'Retain']), 'Retain'),
  ),
});

export interface SandboxStatus {
  readonly conditions?: readonly Condition[];
  readonly service?: string;
  readonly serviceFQDN?: string;
  readonly selector?: string;
  readonly podIPs?: readonly string[];
  readonly nodeName?: string;
}

/** A VM for a program that nobody trusts (agent-sandbox: Sandbox). */
export interface Sandbox extends KubeObject {
  readonly kind: 'Sandbox';
  readonly spec: v.InferOutput<typeof sandboxSpecSchema>;
  readonly status?: SandboxStatus;
}
