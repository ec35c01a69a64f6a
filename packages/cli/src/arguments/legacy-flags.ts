import type { Flags } from './command.ts';

const forOldScripts = 'accepted for the sake of old scripts; has no effect';

/** Of the original, with nothing here that they could be about. */
export const legacyFlags: Flags = {
  'id-prefix': {
    type: 'string',
    value: 'TEXT',
    help: `${forOldScripts}: what belongs to a VM on this host is named after its uid, which is no other's`,
  },
};

/** The original's sandbox was a container of an image; ours holds nothing but the VMM of this host. */
export const legacySandboxFlags: Flags = {
  'sandbox-image': {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}: a sandbox holds nothing but the VMM of this host`,
  },
};

/** Of the daemon, whose VMs say in their manifests what they want. */
export const legacyDaemonFlags: Flags = {
  runtime: {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}: manifests and the configuration file say it`,
  },
  'network-plugin': { type: 'string', value: 'NAME', help: `${forOldScripts}: networks are CNI's` },
  ...legacyFlags,
};
