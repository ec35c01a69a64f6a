import { legacyDaemonFlags } from '@ignite/legacy/flags';
import type { Flags } from '../../arguments/command.ts';

/** How the daemon serves this host. */
export const hostFlags: Flags = {
  'node-label': { type: 'list', value: 'KEY=VALUE', help: 'label of this host, for node selectors' },
  'webhook-listen': {
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'address to listen on for webhooks, which are served at /hooks/SYNC',
  },
  'webhook-secret-file': {
    type: 'string',
    value: 'FILE',
    help: 'file with the secret that webhooks are signed with',
  },
  'webhook-cert': {
    type: 'string',
    value: 'FILE',
    help: 'TLS certificate; required unless the address is a loopback address',
  },
  'webhook-key': { type: 'string', value: 'FILE', help: 'private key of the TLS certificate' },
  ...legacyDaemonFlags,
};
