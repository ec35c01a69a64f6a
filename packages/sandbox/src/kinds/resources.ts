import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column, Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { extensionsGroup, sandboxGroup } from './groups.ts';
import type { SandboxClaim } from './sandbox-claim.ts';
import type { SandboxTemplate } from './sandbox-template.ts';
import type { SandboxWarmPool } from './sandbox-warm-pool.ts';
import type { Sandbox } from './sandbox.ts';

const nameColumn: Column<KubeObject> = { title: 'NAME', cell: ({ metadata }) => metadata.name };
const ageColumn: Column<KubeObject> = {
  title: 'AGE',
  cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs),
};

export const sandboxResource = {
  group: sandboxGroup,
  kind: 'Sandbox',
  plural: 'sandboxes',
  shortNames: ['sandbox'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    nameColumn,
    { title: 'READY', cell: ({ status }) => (isTrue(status?.conditions ?? [], 'Ready') ? 'True' : 'False') },
    { title: 'MODE', cell: ({ spec }) => spec.operatingMode },
    { title: 'IPS', cell: ({ status }) => (status?.podIPs ?? []).join(',') },
    ageColumn,
  ],
} satisfies Resource<Sandbox>;

export const sandboxTemplateResource = {
  group: extensionsGroup,
  kind: 'SandboxTemplate',
  plural: 'sandboxtemplates',
  shortNames: ['sandboxtemplate'],
  scope: 'Namespaced',
  columns: [nameColumn, ageColumn],
} satisfies Resource<SandboxTemplate>;

export const sandboxClaimResource = {
  group: extensionsGroup,
  kind: 'SandboxClaim',
  plural: 'sandboxclaims',
  shortNames: ['sandboxclaim'],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [
    nameColumn,
    { title: 'READY', cell: ({ status }) => (isTrue(status?.conditions ?? [], 'Ready') ? 'True' : 'False') },
    { title: 'SANDBOX', cell: ({ status }) => status?.sandbox?.name ?? '' },
    ageColumn,
  ],
} satisfies Resource<SandboxClaim>;

export const sandboxWarmPoolResource = {
  group: extensionsGroup,
  kind: 'SandboxWarmPool',
  plural: 'sandboxwarmpools',
  shortNames: ['swp'],
  scope: 'Namespaced',
  subresources: ['status', 'scale'],
  columns: [
    nameColumn,
    { title: 'READY', cell: ({ status }) => String(status?.readyReplicas ?? 0) },
    ageColumn,
  ],
} satisfies Resource<SandboxWarmPool>;

export const sandboxResources = [
  sandboxResource,
  sandboxTemplateResource,
  sandboxClaimResource,
  sandboxWarmPoolResource,
] as const satisfies readonly Resource[];
