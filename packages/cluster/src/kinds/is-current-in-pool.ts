import type { MachinePool } from './machine-pool.ts';
import type { Machine } from './machine.ts';

/**
 * Pure. Tells whether a Machine has the version of its pool and boots with the data of it. A pool that was written anew by somebody names no data until its
 * controller has looked at its config, which is no other data.
 */
export function isCurrentInPool({ spec }: Pick<Machine, 'spec'>, pool: Pick<MachinePool, 'spec'>): boolean {
  const { version, bootstrap } = pool.spec.template.spec;
  const { dataSecretName } = bootstrap;
  return (
    spec.version === version &&
    (dataSecretName === undefined || spec.bootstrap.dataSecretName === dataSecretName)
  );
}
