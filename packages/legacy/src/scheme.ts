import { kinds } from '@ignite/api/kinds';
import { withVersions } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { versions as v1alpha2 } from './v1alpha2/versions.ts';
import { versions as v1alpha3 } from './v1alpha3/versions.ts';
import { poolKind } from './v1alpha4/pool.ts';
import { versions as v1alpha4 } from './v1alpha4/versions.ts';

const older = [...v1alpha4, ...v1alpha3, ...v1alpha2];

/** Ignite's kinds, in the original's versions too. These are converted through v1. */
export const scheme = new Scheme([...kinds, poolKind].map((kind) => withVersions(kind, older)));
