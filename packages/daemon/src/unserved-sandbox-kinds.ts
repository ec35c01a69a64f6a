import { sandboxVersion } from '@ignite/sandbox/kinds/groups';
import { sandboxResources } from '@ignite/sandbox/kinds/resources';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';

/** The kinds of agent-sandbox on a host that does not serve them, as `unservedClusterKinds`. */
export const unservedSandboxKinds: readonly ServedKind[] = sandboxResources.map(
  ({ group, plural, kind, scope, ...resource }) => ({
    ...{ group, version: sandboxVersion, resource: plural, kind },
    isNamespaced: scope === 'Namespaced',
    hasStatus: 'subresources' in resource,
  }),
);
