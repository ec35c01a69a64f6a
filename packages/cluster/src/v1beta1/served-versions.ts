import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedVersionsOf } from '@ignite/toolkit/client/over-store/served-versions-of';
import { kindsWithV1beta1 } from './versions.ts';

/** Cluster API's kinds in all their versions, as a client over a store serves them. */
export const servedClusterVersions: readonly ServedKind[] = kindsWithV1beta1.flatMap(servedVersionsOf);
