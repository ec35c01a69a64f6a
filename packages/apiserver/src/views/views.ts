import type { ServedResource } from '../resource/served-resource.ts';
import { coreEvents } from './event/core-events.ts';
import { nodes } from './node/nodes.ts';
import { pods } from './pod/pods.ts';

/** The kinds of Kubernetes whose objects are made from those of Ignite. */
export const views: readonly ServedResource[] = [pods, nodes, coreEvents];
