import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

/**
 * The runtimes that can isolate and supervise a VM's VMM: conmon with runc or crun, or a daemon of this host.
 */
export const sandboxRuntimes = ['conmon', 'containerd', 'docker'] as const;
export type SandboxRuntime = (typeof sandboxRuntimes)[number];

export const vmSandboxSchema = v.strictObject({
  runtime: described(
    'Runtime that isolates and supervises the VMM; by default conmon.',
    v.optional(v.picklist(sandboxRuntimes)),
  ),
});
export type VmSandbox = v.InferOutput<typeof vmSandboxSchema>;
