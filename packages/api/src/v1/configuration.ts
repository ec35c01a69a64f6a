import * as v from 'valibot';
import { partialVmSpecSchema } from './partial-vm-spec.ts';
import { sandboxRuntimes } from './vm-sandbox.ts';

/** What holds for a host, in /etc/ignite/config.yaml or the file of `--ignite-config`. Flags win over all of it. */
export const configurationSpecSchema = v.strictObject({
  /** What isolates and watches over VMMs. Absent: conmon. */
  runtime: v.optional(v.picklist(sandboxRuntimes)),
  /** Of the original. VMs are on Ignite's CNI networks with either. */
  networkPlugin: v.optional(v.picklist(['cni', 'docker-bridge'])),
  /** A VM's spec, of which any field may be missing: what new VMs get unless their own file or flags say otherwise. */
  vmDefaults: v.optional(partialVmSpecSchema),
  /** Of the original, without effect: what belongs to a VM on the host is named after its uid alone. */
  idPrefix: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be letters, digits, dots, dashes and underscores'),
    ),
  ),
  /** A folder with Docker's `config.json`. */
  registryConfigDir: v.optional(v.string()),
});
export type ConfigurationSpec = v.InferInput<typeof configurationSpecSchema>;
