import { kinds as clusterKinds } from '@ignite/cluster/kinds/kinds';
import { scheme as hostScheme } from '@ignite/legacy/scheme';
import { Scheme } from '@ignite/toolkit/scheme/scheme';

/** The kinds that manifests may contain: those of the host, in all their versions, and those of clusters. */
export const declaredScheme = new Scheme([...hostScheme.kinds, ...clusterKinds]);
