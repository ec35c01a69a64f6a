import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { partialVmSpecSchema } from './partial-vm-spec.ts';
import { sandboxRuntimes } from './vm-sandbox.ts';

/**
 * The settings of a host, from /etc/ignite/config.yaml or the file of `--ignite-config`. Flags win over all
 * of them.
 */
export const configurationSpecSchema = v.strictObject({
  runtime: described(
    'Runtime that isolates and supervises VMMs; by default conmon.',
    v.optional(v.picklist(sandboxRuntimes)),
  ),
  warm: described(
    'Whether `run` and `create` start new VMs from templates: `auto`, the default, or `never`. `IGNITE_WARM` and `--warm` take precedence.',
    v.optional(v.picklist(['auto', 'never'])),
  ),
  networkPlugin: described(
    "Accepted for compatibility; VMs use Ignite's CNI networks with either value.",
    v.optional(v.picklist(['cni', 'docker-bridge'])),
  ),
  vmDefaults: described(
    'Defaults for new VMs: a VM spec, all of whose fields are optional. Manifests and flags take precedence.',
    v.optional(partialVmSpecSchema),
  ),
  idPrefix: described(
    'Accepted for compatibility; has no effect.',
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'must be letters, digits, dots, dashes and underscores'),
      ),
    ),
  ),
  registryConfigDir: described("Directory with Docker's `config.json`.", v.optional(v.string())),
});
export type ConfigurationSpec = v.InferInput<typeof configurationSpecSchema>;

/** Why a Configuration among manifests has no effect. */
export const configurationIsAFile =
  'a Configuration is not applied: it is read from /etc/ignite/config.yaml, or from the file given with --ignite-config';
