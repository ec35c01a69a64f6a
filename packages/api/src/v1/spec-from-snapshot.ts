import type { Snapshot } from './snapshot.ts';
import type { VmSpec } from './vm.ts';

/**
 * Pure. Returns the spec of a new VM that is made from a snapshot. What only one VM can have is left out: its addresses and its ports of
 * the host. So are the files that were copied into it, which the disk of the snapshot has.
 */
export function specFromSnapshot({ metadata: { name }, status: { vmSpec } }: Snapshot): VmSpec {
  const { mac: _mac, address: _address, address6: _address6, ...network } = vmSpec.network;
  return {
    ...vmSpec,
    source: { snapshot: name },
    power: 'Running',
    copyFiles: [],
    network: {
      ...network,
      ports: [],
      interfaces: network.interfaces.map(({ mac: _m, address: _a, address6: _a6, ...each }) => each),
    },
  };
}
