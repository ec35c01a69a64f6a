import { fullName } from '@ignite/api/v1/shown-name';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { isTemplate } from '@ignite/api/v1/template';
import { listDamagedSnapshots } from '../../tools/store/damaged-snapshots.ts';
import { listSnapshots } from '../../tools/store/list-objects.ts';
import type { EnginePorts } from '../../vm/engine-ports.ts';

/**
 * Returns the templates that need an image or a kernel. Nobody has asked for them, so they go with it.
 * @throws what `inUse` returns if a snapshot that somebody keeps needs it
 */
export async function needingTemplates(
  needs: (snapshot: Snapshot) => boolean,
  inUse: (snapshot: string) => Error,
  { objects, administration }: Pick<EnginePorts, 'objects' | 'administration'>,
): Promise<readonly Snapshot[]> {
  const all = [...(await listSnapshots(objects)), ...(await listDamagedSnapshots(administration))];
  const needing = all.filter(needs);
  const kept = needing.find((snapshot) => !isTemplate(snapshot));
  if (kept) throw inUse(fullName(kept));
  return needing;
}
