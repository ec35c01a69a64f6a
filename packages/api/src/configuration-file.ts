import { convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Scheme } from '@ignite/toolkit/scheme/scheme';
import { type Asked, askedByDefaults } from './v1/asked.ts';
import type { ConfigurationSpec } from './v1/configuration.ts';
import { apiVersion } from './v1/group.ts';

export type ConfigurationErrorCode = 'CONFIG_INVALID';

export const configInvalid = (
  what: string,
  hint: string,
  cause?: unknown,
): CodedError<ConfigurationErrorCode> => new CodedError('CONFIG_INVALID', what, { hint, cause });

/** The content of a configuration file. */
export interface HostConfiguration extends ConfigurationSpec {
  /** What it asks for VMs without effect. */
  readonly asked?: Asked;
}

/**
 * Pure. Converts a configuration file of any version of the scheme to v1. Defaults are not filled in.
 * @throws CodedError CONFIG_INVALID, MANIFEST_INVALID
 */
export function decodeConfiguration(text: string, file: string, scheme: Scheme): HostConfiguration {
  const [object, ...more] = convertManifests(text, file, scheme, () => apiVersion, {
    transform: (raw) => withSpec(raw, file),
  });
  if (!object) throw kindMissing(file);
  if (object.kind !== 'Configuration' || more.length > 0)
    throw configInvalid(
      `${file} must contain one Configuration and nothing else`,
      'move other objects to other files',
    );
  const spec = object.spec as ConfigurationSpec; // the schema of its kind has accepted it
  const asked = askedByDefaults(object.metadata);
  return Object.keys(asked).length === 0 ? spec : { ...spec, asked };
}

/** As in the original, a configuration without a spec sets nothing. */
function withSpec(raw: unknown, file: string): unknown {
  const fields = (raw ?? {}) as Readonly<Record<string, unknown>>;
  if (!fields['kind'] || !fields['apiVersion']) throw kindMissing(file);
  return { ...fields, spec: fields['spec'] ?? {} };
}

/** This is the message of the original. */
const kindMissing = (file: string): CodedError =>
  configInvalid(
    'invalid config file, Kind and APIVersion must be set',
    `start ${file} with "apiVersion: ${apiVersion}" and "kind: Configuration"`,
  );
