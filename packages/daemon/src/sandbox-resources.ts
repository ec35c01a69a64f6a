import { scalingAt } from '@ignite/apiserver/resource/scale';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { servedResourceOf } from '@ignite/apiserver/resource/served-resource-of';
import { kinds } from '@ignite/sandbox/kinds/kinds';

const scale = scalingAt({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
});

/** The kinds of agent-sandbox, as the API serves them. They name nothing of the host: images are from registries alone. */
export const servedSandboxResources: readonly ServedResource[] = kinds.map((kind) => ({
  ...servedResourceOf(kind),
  ...(kind.subresources?.includes('scale') && { scale }),
}));
