import { kinds } from '@ignite/api/kinds';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';

/** The groups of the kinds that a server always has, and of its reviews and views. No definition can add to them. */
export const builtInGroups: ReadonlySet<string> = new Set([
  ...[...kinds, ...coreKinds, ...accessKinds].map(({ group }) => group),
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'discovery.k8s.io',
  'metrics.k8s.io',
]);
