import type * as v from 'valibot';
import type { partialVmSpecSchema as hubSchema } from '@ignite/api/v1/partial-vm-spec';
import { type KernelFields, kernelFromHub, kernelToHub, keptOfKernel } from './kernel-defaults.ts';
import { type Fields, asFields, isEmpty, mergeFields } from '@ignite/api/v1/kept-fields';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import { sizeFromHub, sizeToHub } from './size.ts';
import { keptOfSsh, sshFromHub, sshToHub } from './convert-ssh.ts';
import { joinStorage, splitStorage } from './convert-storage.ts';
import type { PartialVmSpec } from './vm-spec.ts';

/** A spec of v1 as it is written, with or without its defaults. */
type HubSpec = v.InferInput<typeof hubSchema>;

/** A converted spec, and what it cannot express of the spec it was made from. */
export interface ConvertedSpec {
  readonly spec: Fields;
  readonly kept: Fields;
}

/** Pure. Converts a spec to v1. `kept` holds fields of v1 that an earlier conversion could not express. */
export function vmSpecToHub(given: PartialVmSpec, kept: unknown): ConvertedSpec {
  const { sandbox, kernel, cpus, memory, diskSize, ssh, storage, network, ...same } = given;
  const { storage: keptStorage, kernel: keptKernel, ...keptFields } = asFields(kept);
  const wished = wishedKernel(kernel, asFields(keptKernel)['oci']);
  const said = withoutUndefined({
    ...same,
    kernel: wished,
    cpus: cpus === 0 ? undefined : cpus,
    memory: sizeToHub(memory),
    diskSize: sizeToHub(diskSize),
    network: network && { ports: network.ports?.map(withoutEmptyProtocol) },
    storage: joinStorage(storage, keptStorage),
    ssh: sshToHub(ssh),
  });
  return { spec: mergeFields(said, keptFields), kept: { sandbox, kernel: keptOfKernel(kernel, wished) } };
}

/** What v1 wished for is wished for though it looks like what the original wrote, unless it was changed since. */
function wishedKernel(kernel: KernelFields | undefined, kept: unknown): KernelFields | undefined {
  const wished = kernelToHub(kernel);
  return typeof kept === 'string' && kept === kernel?.oci ? { ...wished, oci: kept } : wished;
}

const withoutEmptyProtocol = ({ protocol, ...port }: { readonly protocol?: string | undefined }) => ({
  ...port,
  protocol: protocol === '' ? undefined : protocol,
});

/**
 * Pure. Converts a spec from v1.
 * `kept` holds fields of v1alpha4 that v1 cannot express. The caller converts `spec.power`, since the
 * original has it in the status.
 */
export function vmSpecFromHub(given: unknown, kept: unknown): ConvertedSpec {
  const { storage, ...hub } = given as HubSpec & { readonly storage?: unknown }; // the schema of the hub version has accepted it
  const { image, kernel, cpus, memory, diskSize, network, copyFiles, ssh, power, ...rest } = hub;
  const { ports, ...restOfNetwork } = network ?? {};
  const { blockDevices, others } = splitStorage(storage);
  const { sandbox, kernel: keptKernel } = asFields(kept);
  const backKernel = kernelFromHub(kernel ?? {}, asFields(keptKernel) as KernelFields);
  const spec = withoutUndefined({
    image,
    sandbox,
    kernel: isEmpty({ ...backKernel }) ? undefined : backKernel,
    cpus,
    memory: sizeFromHub(memory),
    diskSize: sizeFromHub(diskSize),
    network: ports === undefined ? undefined : { ports },
    storage: blockDevices,
    copyFiles,
    ssh: sshFromHub(ssh),
  });
  const isLost = kernel?.oci !== undefined && kernelToHub(backKernel)?.oci !== kernel.oci;
  return {
    spec,
    kept: {
      ...rest,
      ...((power === 'Paused' || power === 'Suspended') && { power }),
      ...(isLost && { kernel: { oci: kernel.oci } }),
      network: restOfNetwork,
      storage: others,
      ssh: keptOfSsh(ssh),
    },
  };
}
