import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { kinds } from './kinds.ts';

/** Cluster API's kinds, as a client over a store serves them. */
export const servedClusterKinds: readonly ServedKind[] = kinds.map(servedKindOf);
