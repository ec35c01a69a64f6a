import { group } from '@ignite/api/v1/group';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { warmPoolResource } from '@ignite/api/v1/resources/warm-pool';
import { type Scaling, scalingAt } from '../resource/scale.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import { vmScaling } from './vm-scale.ts';

const scalings: Readonly<Record<string, Scaling>> = {
  [vmResource.plural]: vmScaling,
  [warmPoolResource.plural]: scalingAt({
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  }),
};

/** Pure. Returns a kind as it is, but those of Ignite that have replicas with the subresource `scale`. */
export function withScale(resource: ServedResource): ServedResource {
  const scale = resource.group === group ? scalings[resource.resource] : undefined;
  if (!scale) return resource;
  return { ...resource, subresources: [...new Set([...resource.subresources, 'scale'])], scale };
}
