import type { Versioned } from '@ignite/toolkit/scheme/kind';
import { metadataFromHub, metadataToHub } from './convert-metadata.ts';
import { vmSpecFromHub, vmSpecToHub } from './convert-vm-spec.ts';
import { asFields, isEmpty, keptFields, mergeFields } from '@ignite/api/v1/kept-fields';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import type { VmStatus } from './vm-status.ts';
import type { VmSpec } from './vm-spec.ts';

/**
 * Pure. Converts a VM to v1. The original's status also says what is wanted: `running` becomes `spec.power`,
 * and the rest is kept.
 */
export function toHub({ metadata, spec, status }: Versioned): Versioned {
  const { running, ...observed } = withoutUndefined((status ?? {}) as VmStatus);
  const converted = vmSpecToHub(spec as VmSpec, keptFields(metadata, 'v1')['spec']);
  const kept = mergeFields(
    keptFields(metadata, 'v1alpha4'),
    withoutUndefined({ spec: converted.kept, status: observed }),
  );
  return {
    metadata: metadataToHub(metadata, kept),
    spec: {
      ...converted.spec,
      ...(running !== undefined && { power: running ? (converted.spec['power'] ?? 'Running') : 'Stopped' }),
    },
  };
}

/** Pure. Converts a VM from v1. */
export function fromHub({ metadata, spec }: Versioned): Versioned {
  const kept = keptFields(metadata, 'v1alpha4');
  const converted = vmSpecFromHub(spec, kept['spec']);
  const power = asFields(spec)['power'];
  const running = power === undefined ? {} : { running: power !== 'Stopped' };
  const status = { ...running, ...asFields(kept['status']) };
  return {
    metadata: metadataFromHub(metadata, { spec: converted.kept }),
    spec: converted.spec,
    ...(!isEmpty(status) && { status }),
  };
}
