import { configurationIsAFile } from '@ignite/api/v1/configuration';
import type { KindVersion, Versioned } from '@ignite/toolkit/scheme/kind';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { metadataFromHub, metadataToHub } from './convert-metadata.ts';
import { vmSpecFromHub, vmSpecToHub } from './convert-vm-spec.ts';
import { apiVersion } from './group.ts';
import { type Fields, asFields, keptFields, mergeFields } from '@ignite/api/v1/kept-fields';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import { maybe } from './maybe.ts';
import { namelessMetadataSchema } from './metadata.ts';
import { type PartialVmSpec, partialVmSpecSchema } from './vm-spec.ts';

const configurationSpecSchema = v.strictObject({
  runtime: maybe(v.picklist(['', 'docker', 'containerd'])),
  networkPlugin: maybe(v.picklist(['', 'cni', 'docker-bridge'])),
  vmDefaults: maybe(partialVmSpecSchema),
  idPrefix: maybe(v.string()),
  registryConfigDir: described("Directory with Docker's `config.json`.", maybe(v.string())),
});

const conversionOf = (entries: object): NonNullable<KindVersion['conversion']> => ({
  toHub,
  fromHub: (hub) => fromHub(hub, Object.keys(entries)),
});

export const configuration = {
  apiVersion,
  kind: 'Configuration',
  metadata: namelessMetadataSchema,
  spec: configurationSpecSchema,
  conversion: conversionOf(configurationSpecSchema.entries),
  inert: configurationIsAFile,
} as const satisfies KindVersion;

const { registryConfigDir: _, ...olderEntries } = configurationSpecSchema.entries;

/** The Configuration of v1alpha3. */
export const olderConfiguration = {
  ...configuration,
  spec: v.strictObject(olderEntries),
  conversion: conversionOf(olderEntries),
} as const satisfies KindVersion;

function toHub({ metadata, spec }: Versioned): Versioned {
  const { vmDefaults, ...fields } = asFields(spec);
  const keptSpec = asFields(keptFields(metadata, 'v1')['spec']);
  const said = mergeFields(withoutEmptyText(withoutUndefined(fields)), keptSpec);
  const kept = keptFields(metadata, 'v1alpha4');
  if (vmDefaults === undefined) return { metadata: metadataToHub(metadata, kept), spec: said };
  const converted = vmSpecToHub(vmDefaults as PartialVmSpec, keptSpec['vmDefaults']);
  const keptNow = mergeFields(kept, { spec: { vmDefaults: withoutUndefined(converted.kept) } });
  return { metadata: metadataToHub(metadata, keptNow), spec: { ...said, vmDefaults: converted.spec } };
}

function fromHub({ metadata, spec }: Versioned, sayable: readonly string[]): Versioned {
  const { vmDefaults, ...fields } = asFields(spec);
  // The original has no name for conmon.
  const isSaid = ([name, value]: [string, unknown]): boolean => sayable.includes(name) && value !== 'conmon';
  const part = (wanted: boolean): Fields =>
    Object.fromEntries(Object.entries(fields).filter((field) => isSaid(field) === wanted));
  if (vmDefaults === undefined)
    return { metadata: metadataFromHub(metadata, { spec: part(false) }), spec: part(true) };
  const keptSpec = asFields(keptFields(metadata, 'v1alpha4')['spec']);
  const converted = vmSpecFromHub(vmDefaults, keptSpec['vmDefaults']);
  return {
    metadata: metadataFromHub(metadata, { spec: { ...part(false), vmDefaults: converted.kept } }),
    spec: { ...part(true), vmDefaults: converted.spec },
  };
}

const withoutEmptyText = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
