import * as v from 'valibot';
import { partialVmSpecSchema } from './partial-vm-spec.ts';
import { sandboxRuntimes } from './vm-sandbox.ts';

/**
 * The settings of a host, from /etc/ignite/config.yaml or the file of `--ignite-config`. Flags win over all
 * of them.
 */
export const configurationSpecSchema = v.strictObject({
  /** Runtime that isolates and supervises VMMs; by default conmon. */
  runtime: v.optional(v.picklist(sandboxRuntimes)),
  /** Accepted for compatibility; VMs use Ignite's CNI networks with either value. */
  networkPlugin: v.optional(v.picklist(['cni', 'docker-bridge'])),
  /** Defaults for new VMs: a VM spec, all of whose fields are optional. Manifests and flags take precedence. */
  vmDefaults: v.optional(partialVmSpecSchema),
  /** Accepted for compatibility; has no effect. */
  idPrefix: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be letters, digits, dots, dashes and underscores'),
    ),
  ),
  /** Directory with Docker's `config.json`. */
  registryConfigDir: v.optional(v.string()),
});
export type ConfigurationSpec = v.InferInput<typeof configurationSpecSchema>;
