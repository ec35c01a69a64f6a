import { recordResources, resources } from '@ignite/api/resources';
import { clusterResources } from '@ignite/cluster/kinds/resources';

/** The kinds of objects that people name and list: Ignite's, and those of clusters. */
export const listedKinds = [...resources, ...clusterResources] as const;

/** The same, and those that programs write. */
export const allKinds = [...listedKinds, ...recordResources] as const;
