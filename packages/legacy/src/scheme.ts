import { kinds } from '@ignite/api/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { withVersions } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { versions as v1alpha2 } from './v1alpha2/versions.ts';
import { versions as v1alpha3 } from './v1alpha3/versions.ts';
import { poolKind } from './v1alpha4/pool.ts';
import { versions as v1alpha4 } from './v1alpha4/versions.ts';

const older = [...v1alpha4, ...v1alpha3, ...v1alpha2];

/** The kinds that manifests may contain: Ignite's, those of GitOps, and Kubernetes' own. The original's versions are converted through v1. */
export const scheme = new Scheme(
  [...kinds, ...gitopsKinds, poolKind, ...coreKinds].map((kind) => withVersions(kind, older)),
);
