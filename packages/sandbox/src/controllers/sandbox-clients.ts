import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { sandboxClaimKind, sandboxKind, sandboxTemplateKind, sandboxWarmPoolKind } from '../kinds/kinds.ts';
import type { SandboxClaim } from '../kinds/sandbox-claim.ts';
import type { SandboxTemplate } from '../kinds/sandbox-template.ts';
import type { SandboxWarmPool } from '../kinds/sandbox-warm-pool.ts';
import type { Sandbox } from '../kinds/sandbox.ts';

/** The objects that the controllers of sandboxes read and write. */
export interface SandboxClients {
  readonly vms: KindClient<Vm>;
  readonly sandboxes: KindClient<Sandbox>;
  readonly templates: KindClient<SandboxTemplate>;
  readonly pools: KindClient<SandboxWarmPool>;
  readonly claims: KindClient<SandboxClaim>;
}

export const sandboxClients = (client: ObjectClient): SandboxClients => ({
  vms: new KindClient(client, vmKind),
  sandboxes: new KindClient(client, sandboxKind),
  templates: new KindClient(client, sandboxTemplateKind),
  pools: new KindClient(client, sandboxWarmPoolKind),
  claims: new KindClient(client, sandboxClaimKind),
});
