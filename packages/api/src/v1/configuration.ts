import * as v from 'valibot';
import { partialVmSpecSchema } from './partial-vm-spec.ts';
import { sandboxRuntimes } from './vm-sandbox.ts';

/**
 * The settings of a host, from /etc/ignite/config.yaml or the file of `--ignite-config`. Flags win over all
 * of them.
 */
export const configurationSpecSchema = v.strictObject({
  /** The runtime that isolates and supervises VMMs. The default is conmon. */
  runtime: v.optional(v.picklist(sandboxRuntimes)),
  /** A setting of the original. With either value, VMs use Ignite's CNI networks. */
  networkPlugin: v.optional(v.picklist(['cni', 'docker-bridge'])),
  /**
   * A VM's spec, in which all fields are optional. New VMs get these values unless their own file or flags
   * say otherwise.
   */
  vmDefaults: v.optional(partialVmSpecSchema),
  /**
   * A setting of the original, without effect: what belongs to a VM on the host is named after its uid alone.
   */
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
