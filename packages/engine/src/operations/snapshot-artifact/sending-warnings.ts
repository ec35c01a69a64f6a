import type { Snapshot } from '@ignite/api/v1/snapshot';

/**
 * Pure. Tells whether the state of the machine is sent. One from which only the VM itself goes on is not: on another host that VM is
 * unknown.
 */
export const sendsMachine = ({ status: { holds, network } }: Pick<Snapshot, 'status'>): boolean =>
  holds === 'Machine' && network === undefined;

/** Pure. Returns what whoever sends a snapshot away must know about its secrets, and about what is left out. */
export function sendingWarnings(snapshot: Pick<Snapshot, 'metadata' | 'status'>): readonly string[] {
  const { metadata, status } = snapshot;
  const { env = {}, cloudInit = {} } = status.vmSpec;
  const { userData, metaData, networkConfig } = cloudInit;
  const plain = [
    ...(Object.keys(env).length > 0 ? ['environment'] : []),
    ...([userData, metaData, networkConfig].some((each) => each !== undefined) ? ['cloud-init data'] : []),
  ];
  const name = `snapshot "${metadata.name}"`;
  const readers = 'whoever can read it has them';
  return [
    ...(sendsMachine(snapshot)
      ? [`${name} contains all that was in the memory of the VM, passwords and keys included: ${readers}`]
      : []),
    ...(plain.length > 0
      ? [
          `${name} contains the ${plain.join(' and the ')} of the VM in plain text, passwords included: ${readers}`,
        ]
      : []),
    ...(status.holds === 'Machine' && !sendsMachine(snapshot)
      ? [`${name} is sent without its memory, from which only the VM itself can go on: ${status.message}`]
      : []),
  ];
}
