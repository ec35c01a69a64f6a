import { currentVmSpec } from '@ignite/api/v1/current-vm';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { stateLimit } from '../../vm/steps/save-state.ts';
import { type PartName, partNames } from './artifact-manifest.ts';
import { artifactInvalid } from './errors.ts';

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const arch = v.picklist(['amd64', 'arm64']);

const configSchema = v.strictObject({
  ignite: v.literal('snapshot'),
  name: text,
  vmName: text,
  vmUid: text,
  taken: text,
  arch,
  vmSpec: v.pipe(v.unknown(), v.transform(currentVmSpec), vmSpecSchema),
  image: v.strictObject({
    reference: text,
    digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
    platform: text,
    bootMode: v.picklist(['init', 'entrypoint', 'disk']),
  }),
  kernel: v.strictObject({ name: text, id: sha256, version: text, arch }),
  disk: v.strictObject({
    format: v.picklist(['qcow2', 'raw']),
    /** What the guest sees of it. */
    size,
    /** The SHA-256 of the disk of the image, if only what differs from that is here. */
    base: v.exactOptional(sha256),
  }),
  /** What the machine is bound to, in words, if its memory and devices are here. */
  traits: v.exactOptional(
    v.record(v.pipe(v.string(), v.maxLength(128)), v.pipe(v.string(), v.maxLength(4_096))),
  ),
  /** Why they are not, if the machine ran. */
  message: v.exactOptional(text),
  /** The sizes of the files before they were packed. */
  parts: v.record(v.picklist(partNames), size),
});

/** What is said of a snapshot beside its files. */
export type SnapshotConfig = v.InferOutput<typeof configSchema>;

export const snapshotConfig = (fields: Omit<SnapshotConfig, 'ignite'>): SnapshotConfig => ({
  ignite: 'snapshot',
  ...fields,
});

/**
 * Pure. Parses the config of a snapshot, which a stranger may have written.
 * @throws CodedError SNAPSHOT_ARTIFACT_INVALID
 */
export function parseSnapshotConfig(json: string, packed: ReadonlySet<PartName>): SnapshotConfig {
  let config: SnapshotConfig;
  try {
    config = v.parse(configSchema, JSON.parse(json));
  } catch (failure) {
    throw artifactInvalid('its config cannot be read', failure);
  }
  const needed = neededParts(config);
  for (const part of partNames)
    if (needed.includes(part) !== packed.has(part) || packed.has(part) !== (config.parts[part] !== undefined))
      throw artifactInvalid(`its config and its parts disagree about "${part}"`);
  for (const part of needed)
    if (config.parts[part]! > partLimit(part, config))
      throw artifactInvalid(`its part "${part}" is too large`);
  return config;
}

function neededParts({ traits, parts }: SnapshotConfig): readonly PartName[] {
  const always = ['disk', 'kernel', 'initrd', 'modules.squashfs'] as const;
  if (traits === undefined) return always;
  return [...always, 'machine', 'exit-status', ...(parts.memory === undefined ? [] : (['memory'] as const))];
}

const megabyte = 2 ** 20;

/** Pure. Returns the size limit of a file of a snapshot, which is well above that of any that Ignite writes. */
function partLimit(part: PartName, { vmSpec, disk }: SnapshotConfig): Bytes {
  switch (part) {
    case 'disk':
      return bytes(Math.ceil(disk.size * 1.01) + 64 * megabyte); // with the tables of qcow2
    case 'machine':
      return stateLimit(vmSpec.memory);
    case 'memory':
      return vmSpec.memory;
    case 'exit-status':
      return bytes(megabyte);
    case 'kernel':
    case 'initrd':
      return bytes(512 * megabyte);
    case 'modules.squashfs':
      return bytes(2_048 * megabyte);
  }
}
