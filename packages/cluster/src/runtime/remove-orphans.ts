import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { controllerOf } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { Machine } from '../kinds/machine.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import type { Work } from './controller.ts';

export interface Parent {
  /** What makes the Machines. */
  readonly owner: KubeObject;
  readonly cluster: KubeObject;
  /** The Machines that are known. */
  readonly machines: readonly Machine[];
  /** The kinds of what is made for each Machine before it. */
  readonly parts: readonly Pick<ContractReference, 'apiGroup' | 'kind'>[];
}

/**
 * Deletes what was made for Machines that were never created, because an attempt was cut off. Resolves with whether all
 * Machines are known that there are: one may have been created although the answer was lost, and then its parts are no
 * orphans, and no other Machine is needed in its place.
 */
export async function removeOrphans(
  { owner, cluster, machines, parts }: Parent,
  work: Work,
): Promise<boolean> {
  const names = new Set(machines.map(({ metadata }) => metadata.name));
  const stored = new KindClient(work.objects.client, machineKind);
  for (const part of parts) {
    if (!(await work.providers.isDefined(part))) continue;
    const kind = await work.providers.find(part);
    for (const object of await work.objects.ofCluster(kind, cluster)) {
      const { namespace, name } = object.metadata;
      if (controllerOf(object)?.uid !== owner.metadata.uid || names.has(name)) continue;
      if (await stored.find({ namespace, name })) return false;
      await work.objects.delete(kind, object);
    }
  }
  return true;
}

/** Pure. Returns the kind of what is made from a template. */
export const madeFrom = ({
  apiGroup,
  kind,
}: ContractReference): Pick<ContractReference, 'apiGroup' | 'kind'> => ({
  apiGroup,
  kind: kind.replace(/Template$/, ''),
});
