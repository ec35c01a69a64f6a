import { legacyDaemonFlags } from '@ignite/legacy/flags';
import type { Flags } from '../../arguments/command.ts';

/** How the daemon serves this host. */
export const hostFlags: Flags = {
  'node-label': { type: 'list', value: 'KEY=VALUE', help: 'label of this host, for node selectors' },
  api: { type: 'boolean', help: 'serve the Kubernetes API on a Unix socket, api.sock in the run directory' },
  'api-socket': { type: 'string', value: 'PATH', help: 'another path for the Unix socket of the API' },
  'api-address': {
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'address to serve the API at besides, with TLS, for kubectl and other hosts',
  },
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
