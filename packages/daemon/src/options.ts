import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { type IgnitedValues, ignitedSettings, settingEntries } from '@ignite/api/ignited/ignited-settings';
import { apiSocketPath, defaultPaths } from '@ignite/engine/tools/host/paths';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { ApiAddress } from './api-address.ts';
import { optionInvalid } from './errors.ts';
import { type ManagementOptions, managementOptions } from './management-options.ts';
import { type TrustOptions, trustOptions } from './trust-options.ts';

/** How much is logged on standard error, from least to most. */
const { values: logLevels, default: defaultLevel } = ignitedSettings['log-level'];
export type LogLevel = (typeof logLevels)[number];
const { values: logFormats } = ignitedSettings['log-format'];
type LogFormat = (typeof logFormats)[number];

/** What the daemon is told on its command line. */
export interface DaemonOptions {
  /** The settings as they were given, to be compared with others. */
  readonly values: IgnitedValues;
  readonly dataDir: string;
  readonly runDir: string;
  /** The store that several hosts share, if it is one. */
  readonly store?: string | undefined;
  readonly logLevel: LogLevel;
  /** The form of the log; without it, it depends on who reads. */
  readonly logFormat?: LogFormat | undefined;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** The unix socket at which the Kubernetes API is served, if it is. */
  readonly apiSocket?: string | undefined;
  /** The address and port at which it is served besides, with TLS. */
  readonly apiAddress?: ApiAddress | undefined;
  /** Who is known to it, and what is recorded of requests. */
  readonly trust: TrustOptions;
  /** Whether clusters are served, and their controllers run. */
  readonly clusters: boolean;
  /** The management cluster that this host serves, if it does. */
  readonly management?: ManagementOptions | undefined;
  /** Whether sandboxes are served, and their controllers run. */
  readonly sandboxes: boolean;
  /** The address and port that webhooks are served at, if they are. */
  readonly webhookListen?: string | undefined;
  /** The files with what webhooks are served with. */
  readonly webhookFiles: {
    readonly 'webhook-secret-file'?: string | undefined;
    readonly 'webhook-cert'?: string | undefined;
    readonly 'webhook-key'?: string | undefined;
  };
}

/** What only the command line says: where the rest is. */
const places = {
  'data-dir': { type: 'string', default: defaultPaths.dataDir },
  'run-dir': { type: 'string', default: defaultPaths.runDir },
  config: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** A switch has a value here, so that the command line can turn off what the file turns on. */
const known: ParseArgsOptionsConfig = {
  ...places,
  ...Object.fromEntries(
    settingEntries.map(([name, { type }]) => [name, { type: 'string', multiple: type === 'list' }]),
  ),
};

/** Pure. Returns the path of the configuration file that a command line names. @throws CodedError USAGE_INVALID */
export const configurationFileOf = (argv: readonly string[]): string | undefined => givenOn(argv).config;

/**
 * Pure. Parses the command line of the daemon, which wins over what its configuration file says.
 * @throws CodedError USAGE_INVALID
 */
export function parseOptions(argv: readonly string[], configured: IgnitedValues = {}): DaemonOptions {
  const given = givenOn(argv);
  const values = { ...configured, ...given };
  for (const flag of [
    'api-socket',
    'api-address',
    'api-audit-policy',
    'oidc-issuer',
    'clusters',
    'sandboxes',
  ] as const)
    if (values[flag] !== undefined && values[flag] !== false && !values.api)
      throw optionInvalid(`--${flag} requires --api`, 'add --api, which serves the API');
  const paths = { dataDir: given['data-dir'], runDir: given['run-dir'] };
  return {
    values,
    ...paths,
    store: values.store,
    logLevel: logLevels.find((level) => level === values['log-level']) ?? defaultLevel,
    logFormat: logFormats.find((format) => format === values['log-format']),
    apiSocket: values.api ? (values['api-socket'] ?? apiSocketPath(paths)) : undefined,
    apiAddress: values['api-address'] === undefined ? undefined : parseAddress(values['api-address']),
    trust: trustOptions(values),
    clusters: values.clusters === true,
    management: managementOptions(values),
    sandboxes: values.sandboxes === true,
    nodeLabels: Object.fromEntries((values['node-label'] ?? []).map(parseLabel)),
    webhookListen: values['webhook-listen'],
    webhookFiles: values,
  };
}

type Given = IgnitedValues & {
  readonly 'data-dir': string;
  readonly 'run-dir': string;
  readonly config?: string;
};

function givenOn(argv: readonly string[]): Given {
  const args = argv.map((word) => (switches.includes(word) ? `${word}=true` : word));
  try {
    const { values } = parseArgs({ args, options: known });
    const settings = Object.entries(values).map(([name, value]) => [
      name,
      isSwitch(name) ? value === 'true' : value,
    ]);
    const { config } = values;
    return {
      ...(Object.fromEntries(settings) as IgnitedValues), // the parser gives each the type that its option has
      'data-dir': String(values['data-dir']),
      'run-dir': String(values['run-dir']),
      ...(typeof config === 'string' && { config }),
    };
  } catch (failure) {
    throw optionInvalid(errorText(failure), '"ignite daemon" and "ignite gitops" start this program');
  }
}

const switchNames: readonly string[] = settingEntries
  .filter(([, { type }]) => type === 'boolean')
  .map(([name]) => name);
const switches = switchNames.map((name) => `--${name}`);
const isSwitch = (name: string): boolean => switchNames.includes(name);

function parseAddress(text: string): ApiAddress {
  const { host, port } = /^(?<host>\[[0-9a-f:.]+\]|[^:]+):(?<port>[0-9]{1,5})$/i.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535)
    throw optionInvalid(
      `--api-address ${JSON.stringify(text)}: not an address and a port`,
      'use --api-address ADDRESS:PORT, such as 127.0.0.1:6443',
    );
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function parseLabel(text: string): readonly [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw optionInvalid(`--node-label ${JSON.stringify(text)}: not a label`, 'use --node-label KEY=VALUE');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Tells whether messages of `what` are logged at `level`. */
export const tells = (level: LogLevel, what: LogLevel): boolean =>
  logLevels.indexOf(what) <= logLevels.indexOf(level);
