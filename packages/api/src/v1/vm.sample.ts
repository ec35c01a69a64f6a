import * as v from 'valibot';
import { apiVersion } from './group.ts';
import { type Vm, type VmStatus, vmSpecSchema } from './vm.ts';

/** Returns a VM for a test. Fields that are not given are those of a new VM. */
export function sampleVm({
  name = 'web',
  uid = '0123456789abcdef',
  spec = {},
  status = {},
}: {
  readonly name?: string;
  readonly uid?: string;
  readonly spec?: object;
  readonly status?: Partial<VmStatus>;
} = {}): Vm {
  return {
    apiVersion,
    kind: 'VM',
    metadata: {
      name,
      namespace: 'default',
      uid,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00.000Z',
      labels: {},
      annotations: {},
      finalizers: [],
    },
    spec: v.parse(vmSpecSchema, { image: { oci: 'debian:12' }, ...spec }),
    status: { phase: 'Created', ...status },
  };
}
