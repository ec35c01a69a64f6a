import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { FootlooseConfig, FootlooseErrorCode, MachineSpec } from './config.ts';

/** One machine of a configuration. */
export interface Machine {
  /** The name of its VM, such as `cluster-node0`. */
  readonly name: string;
  /** The name by which commands know it, such as `node0`. */
  readonly hostname: string;
  /** Its number among all machines, by which the ports of the host are counted. */
  readonly index: number;
  readonly spec: MachineSpec;
}

/** Pure. Returns all machines of a configuration. Each template counts from 0. */
export function machinesOf({ cluster, machines }: FootlooseConfig): readonly Machine[] {
  const all = (machines ?? []).flatMap(({ count, spec }) =>
    Array.from({ length: count }, (_, number) => {
      const hostname = spec.name.replaceAll('%d', String(number));
      return { name: `${cluster.name}-${hostname}`, hostname, spec };
    }),
  );
  return all.map((machine, index) => ({ ...machine, index }));
}

/** @throws CodedError FOOTLOOSE_MACHINE_UNKNOWN */
export function machineNamed(hostname: string, machines: readonly Machine[]): Machine {
  const found = machines.find((machine) => machine.hostname === hostname);
  if (found) return found;
  throw new CodedError<FootlooseErrorCode>(
    'FOOTLOOSE_MACHINE_UNKNOWN',
    `${hostname}: invalid machine hostname`,
    {
      hint:
        machines.length === 0
          ? 'the configuration has no machines'
          : `the machines are ${machines.map((machine) => machine.hostname).join(', ')}`,
    },
  );
}
