import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { StoreAdministration } from './store-administration.ts';

/**
 * Lists what can still be read of the damaged records of snapshots, so that nothing which these need is taken for unused. None of them
 * counts as a template, which might go.
 */
export const listDamagedSnapshots = async (
  administration: Pick<StoreAdministration, 'salvaged'>,
): Promise<readonly Snapshot[]> => (await administration.salvaged('Snapshot')) as readonly Snapshot[];
