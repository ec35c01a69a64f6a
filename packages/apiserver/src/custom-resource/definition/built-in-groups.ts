import { kinds } from '@ignite/api/kinds';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';

/** The groups of the kinds that a server always has, and of its reviews. No definition can add to them. */
export const builtInGroups: ReadonlySet<string> = new Set([
  ...[...kinds, ...coreKinds, ...accessKinds].map(({ group }) => group),
  'apiextensions.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
]);
