import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { ownerReference, withOwner } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import type { Work } from './controller.ts';
import { findExternal } from './external.ts';

/**
 * Makes a Cluster an owner of a template that it uses, so that the template goes with the last Cluster that does. A template
 * that is missing is missed by whoever makes something from it.
 */
export async function ownTemplate(reference: ContractReference, cluster: Cluster, work: Work): Promise<void> {
  const found = await findExternal(reference, cluster.metadata.namespace, work).catch((failure: unknown) => {
    if (hasCode(failure, 'NOT_FOUND')) return undefined;
    throw failure;
  });
  if (found?.object && found.object.metadata.deletionTimestamp === undefined)
    await work.objects.write(
      found.kind,
      found.object,
      withOwner(found.object, ownerReference(clusterKind, cluster)),
    );
}
