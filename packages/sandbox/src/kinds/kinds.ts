import { objectKind } from '@ignite/toolkit/scheme/object-kind';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import { completeSpec } from '@ignite/toolkit/store/complete-spec';
import { extensionsGroup, sandboxGroup, sandboxVersion } from './groups.ts';
import {
  sandboxClaimResource,
  sandboxResource,
  sandboxTemplateResource,
  sandboxWarmPoolResource,
} from './resources.ts';
import { type SandboxClaim, sandboxClaimSpecSchema } from './sandbox-claim.ts';
import { type SandboxTemplate, sandboxTemplateSpecSchema } from './sandbox-template.ts';
import { type SandboxWarmPool, sandboxWarmPoolSpecSchema } from './sandbox-warm-pool.ts';
import { type Sandbox, sandboxSpecSchema } from './sandbox.ts';

const core = `${sandboxGroup}/${sandboxVersion}`;
const extensions = `${extensionsGroup}/${sandboxVersion}`;

export const sandboxKind = objectKind<Sandbox>(sandboxResource, core, completeSpec(sandboxSpecSchema));
export const sandboxTemplateKind = objectKind<SandboxTemplate>(
  sandboxTemplateResource,
  extensions,
  completeSpec(sandboxTemplateSpecSchema),
);
export const sandboxClaimKind = objectKind<SandboxClaim>(
  sandboxClaimResource,
  extensions,
  completeSpec(sandboxClaimSpecSchema),
);
export const sandboxWarmPoolKind = objectKind<SandboxWarmPool>(
  sandboxWarmPoolResource,
  extensions,
  completeSpec(sandboxWarmPoolSpecSchema),
);

/** The kinds of agent-sandbox. A Sandbox has the name of its VM. */
export const kinds: readonly Kind[] = [
  defineKind({
    ...sandboxResource,
    versions: [{ apiVersion: core, kind: 'Sandbox', spec: sandboxSpecSchema }],
    strategy: { names: 'DnsLabel' },
  }),
  defineKind({
    ...sandboxTemplateResource,
    versions: [{ apiVersion: extensions, kind: 'SandboxTemplate', spec: sandboxTemplateSpecSchema }],
  }),
  defineKind({
    ...sandboxClaimResource,
    versions: [{ apiVersion: extensions, kind: 'SandboxClaim', spec: sandboxClaimSpecSchema }],
    strategy: { names: 'DnsLabel', immutable: ['/spec/warmPoolRef', '/spec/env'] },
  }),
  defineKind({
    ...sandboxWarmPoolResource,
    versions: [{ apiVersion: extensions, kind: 'SandboxWarmPool', spec: sandboxWarmPoolSpecSchema }],
    strategy: { names: 'DnsLabel' },
  }),
];
