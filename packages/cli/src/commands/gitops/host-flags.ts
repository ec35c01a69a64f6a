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
  'api-audit-policy': {
    type: 'string',
    value: 'FILE',
    help: 'rules of which requests to the API are recorded, and how much of them',
  },
  'no-api-audit': { type: 'boolean', help: 'record no requests to the API' },
  'oidc-issuer': {
    type: 'string',
    value: 'URL',
    help: 'OpenID Connect provider whose users are known to the API by their ID tokens',
  },
  'oidc-client-id': { type: 'string', value: 'ID', help: 'audience of the ID tokens that are for this host' },
  'oidc-username-claim': {
    type: 'string',
    value: 'CLAIM',
    default: 'sub',
    help: 'claim with the name of the user',
  },
  'oidc-username-prefix': {
    type: 'string',
    value: 'PREFIX',
    default: 'oidc:',
    help: 'what is put before the names of users',
  },
  'oidc-groups-claim': { type: 'string', value: 'CLAIM', help: 'claim with the groups of the user' },
  'oidc-groups-prefix': {
    type: 'string',
    value: 'PREFIX',
    default: 'oidc:',
    help: 'what is put before the names of groups',
  },
  'oidc-ca-file': {
    type: 'string',
    value: 'FILE',
    help: 'certificate authorities of the provider, instead of those of the system',
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
