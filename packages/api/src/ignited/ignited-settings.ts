/** One setting of ignited: a flag, and a field of its configuration file. */
export interface IgnitedSetting {
  /** The path of the field in the file, with dots. */
  readonly field: string;
  /** `list` is a flag that may be given several times, each time with a pair; the file has a record of pairs. */
  readonly type: 'string' | 'boolean' | 'list';
  /** The word for its value in the help. */
  readonly value?: string;
  /** The allowed values, if the set is closed. */
  readonly values?: readonly string[];
  /** The default, as the help shows it. */
  readonly default?: string;
  readonly help: string;
  /** Whether a running ignited takes a new value on SIGHUP. */
  readonly isReloaded?: boolean;
}

/**
 * All settings of ignited by the names of their flags. The flags, the schema of the file and their documentation
 * are made from this.
 */
export const ignitedSettings = {
  'node-label': {
    field: 'nodeLabels',
    type: 'list',
    value: 'KEY=VALUE',
    help: 'label of this host, for node selectors',
  },
  store: {
    field: 'store',
    type: 'string',
    value: 'URL',
    help: 'store that several hosts share, such as etcd://10.0.0.1:2379, instead of a file in the data directory; it holds for the data directory from its first use on',
  },
  api: {
    field: 'api.enabled',
    type: 'boolean',
    help: 'serve the Kubernetes API on a Unix socket, api.sock in the run directory',
  },
  'api-socket': {
    field: 'api.socket',
    type: 'string',
    value: 'PATH',
    help: 'another path for the Unix socket of the API',
  },
  'api-address': {
    field: 'api.address',
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'address to serve the API at besides, with TLS, for kubectl and other hosts',
  },
  'no-api-audit': {
    field: 'api.audit.disabled',
    type: 'boolean',
    help: 'record no requests to the API',
  },
  'api-audit-policy': {
    field: 'api.audit.policyFile',
    type: 'string',
    value: 'FILE',
    help: 'rules of which requests to the API are recorded, and how much of them',
  },
  'oidc-issuer': {
    field: 'api.oidc.issuer',
    type: 'string',
    value: 'URL',
    help: 'OpenID Connect provider whose users are known to the API by their ID tokens',
  },
  'oidc-client-id': {
    field: 'api.oidc.clientID',
    type: 'string',
    value: 'ID',
    help: 'audience of the ID tokens that are for this host',
  },
  'oidc-username-claim': {
    field: 'api.oidc.usernameClaim',
    type: 'string',
    value: 'CLAIM',
    default: 'sub',
    help: 'claim with the name of the user',
  },
  'oidc-username-prefix': {
    field: 'api.oidc.usernamePrefix',
    type: 'string',
    value: 'PREFIX',
    default: 'oidc:',
    help: 'what is put before the names of users',
  },
  'oidc-groups-claim': {
    field: 'api.oidc.groupsClaim',
    type: 'string',
    value: 'CLAIM',
    help: 'claim with the groups of the user',
  },
  'oidc-groups-prefix': {
    field: 'api.oidc.groupsPrefix',
    type: 'string',
    value: 'PREFIX',
    default: 'oidc:',
    help: 'what is put before the names of groups',
  },
  'oidc-ca-file': {
    field: 'api.oidc.caFile',
    type: 'string',
    value: 'FILE',
    help: 'certificate authorities of the provider, instead of those of the system',
  },
  clusters: {
    field: 'clusters.enabled',
    type: 'boolean',
    help: 'serve the kinds of Cluster API, and run its controllers',
  },
  'management-kubeconfig': {
    field: 'management.kubeconfigFile',
    type: 'string',
    value: 'FILE',
    help: 'kubeconfig of a management cluster of Cluster API, for whose IgniteMachines this host makes VMs',
  },
  'management-allow': {
    field: 'management.allow',
    type: 'list',
    value: 'LIST=NAME,...',
    help: 'what of this host its machines may use, such as networks=10.244.0.0/16; the lists are those of spec.allow of a Sync',
  },
  sandboxes: {
    field: 'sandboxes.enabled',
    type: 'boolean',
    help: 'serve the kinds of agent-sandbox (agents.x-k8s.io), and run their controllers',
  },
  'webhook-listen': {
    field: 'webhook.listen',
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'address to listen on for webhooks, which are served at /hooks/SYNC',
  },
  'webhook-secret-file': {
    field: 'webhook.secretFile',
    type: 'string',
    value: 'FILE',
    help: 'file with the secret that webhooks are signed with',
  },
  'webhook-cert': {
    field: 'webhook.certFile',
    type: 'string',
    value: 'FILE',
    help: 'TLS certificate; required unless the address is a loopback address',
  },
  'webhook-key': {
    field: 'webhook.keyFile',
    type: 'string',
    value: 'FILE',
    help: 'private key of the TLS certificate',
  },
  'log-format': {
    field: 'log.format',
    type: 'string',
    value: 'FORMAT',
    values: ['text', 'json'],
    default: 'text on a terminal, json elsewhere',
    help: 'form of the log: text for people, or json for collectors',
    isReloaded: true,
  },
  'log-level': {
    field: 'log.level',
    type: 'string',
    value: 'LEVEL',
    values: ['error', 'warn', 'info', 'debug', 'trace'], // from least to most
    default: 'info',
    help: 'log level: error, warn, info, debug to see the commands that Ignite runs, or trace to see their output',
    isReloaded: true,
  },
} as const satisfies Readonly<Record<string, IgnitedSetting>>;

type Settings = typeof ignitedSettings;
export type IgnitedSettingName = keyof Settings;

type ValueOf<S extends IgnitedSetting> = S['type'] extends 'boolean'
  ? boolean
  : S['type'] extends 'list'
    ? readonly string[]
    : string;

/** The settings that were given, by the names of their flags. */
export type IgnitedValues = { readonly [Name in IgnitedSettingName]?: ValueOf<Settings[Name]> };

/** Every setting with its name. */
export const settingEntries = Object.entries(ignitedSettings) as readonly (readonly [
  IgnitedSettingName,
  IgnitedSetting,
])[];
