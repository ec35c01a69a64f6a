const forOldScripts = 'accepted for compatibility; has no effect';

/** Flags of the original that have no counterpart here. */
export const legacyFlags = {
  'id-prefix': {
    type: 'string',
    value: 'TEXT',
    help: `${forOldScripts}, as resources on the host are named after the uid of the VM`,
  },
} as const;

/** The sandbox of the original was a container with an image; ours contains only the VMM of this host. */
export const legacySandboxFlags = {
  'sandbox-image': {
    type: 'string',
    value: 'NAME',
    help: `${forOldScripts}, as a sandbox contains only the VMM of this host`,
  },
} as const;

/** Flags of the daemon, whose VMs set these in their manifests. */
export const legacyDaemonFlags = {
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
} as const;
