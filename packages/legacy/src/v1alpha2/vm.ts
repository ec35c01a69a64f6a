import type { KindVersion, Versioned } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { fromHub, toHub } from '../v1alpha4/convert-vm.ts';
import { asFields, isEmpty, withKept } from '@ignite/api/v1/kept-fields';
import { maybe } from '../v1alpha4/maybe.ts';
import { vm as v1alpha4 } from '../v1alpha4/vm.ts';
import { vmStatusSchema } from '../v1alpha4/vm-status.ts';
import { vmSpecSchema } from '../v1alpha4/vm-spec.ts';

const { sandbox: _sandbox, ...spec } = vmSpecSchema.entries;
const {
  network: _network,
  idPrefix: _idPrefix,
  runtime: _runtime,
  startTime,
  image,
  kernel,
  running,
} = vmStatusSchema.entries;

/** A VM from before sandbox images could be chosen, and before networks and runtimes had names. */
export const vm = {
  ...v1alpha4,
  apiVersion: 'ignite.weave.works/v1alpha2',
  spec: v.strictObject(spec),
  status: v.strictObject({
    running,
    runtime: maybe(v.strictObject({ id: maybe(v.string()) })),
    startTime,
    ipAddresses: maybe(v.array(v.string())),
    image,
    kernel,
  }),
  conversion: {
    toHub: (written) => toHub(toV1alpha4(written)),
    fromHub: (hub) => fromV1alpha4(fromHub(hub)),
  },
} as const satisfies KindVersion;

function toV1alpha4({ metadata, spec, status }: Versioned): Versioned {
  const { ipAddresses, ...same } = asFields(status);
  return {
    metadata,
    spec,
    ...(status !== undefined &&
      status !== null && {
        status: { ...same, ...(ipAddresses !== undefined && { network: { ipAddresses } }) },
      }),
  };
}

function fromV1alpha4({ metadata, spec, status }: Versioned): Versioned {
  const { sandbox, ...ownSpec } = asFields(spec);
  const { network, idPrefix, runtime, ...same } = asFields(status);
  const { ipAddresses, ...restOfNetwork } = asFields(network);
  const { id, ...restOfRuntime } = asFields(runtime);
  const kept = { spec: { sandbox }, status: { network: restOfNetwork, runtime: restOfRuntime, idPrefix } };
  const annotations = { ...metadata.annotations, ...withKept({}, 'v1alpha4', kept) };
  return {
    metadata: { ...metadata, ...(!isEmpty(annotations) && { annotations }) },
    spec: ownSpec,
    ...(status !== undefined && {
      status: {
        ...same,
        ...(id !== undefined && { runtime: { id } }),
        ...(ipAddresses !== undefined && { ipAddresses }),
      },
    }),
  };
}
