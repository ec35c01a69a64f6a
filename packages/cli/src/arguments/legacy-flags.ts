import type { Flags } from './command.ts';

const forOldScripts = 'accepted for compatibility; has no effect';

/** Of the original, with nothing here that they could be about. */
export const legacyFlags: Flags = {
  'id-prefix': {
    type: 'string',
    value: 'TEXT',
    help: `${forOldScripts}, as resources on the host are named after the uid of the VM`,
  },
};

/** The original's sandbox was a container of an image; ours holds nothing but the VMM of this host. */
export const legacySandboxFlags: Flags = {
  'sandbox-image': {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}, as a sandbox contains only the VMM of this host`,
  },
};

/** Of the daemon, whose VMs say in their manifests what they want. */
export const legacyDaemonFlags: Flags = {
  runtime: {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}; set it in manifests or in the configuration file`,
  },
  'network-plugin': {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}, as all networks are CNI networks`,
  },
  ...legacyFlags,
};
