import { join } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { defaultPaths } from '@ignite/engine/tools/host/paths';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { ApiAddress } from './api-address.ts';
import { optionInvalid } from './errors.ts';
import { type TrustOptions, trustFlags, trustOptions } from './trust-options.ts';

/** How much is logged on standard error, from least to most. */
const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What the daemon is told on its command line. */
export interface DaemonOptions {
  readonly dataDir: string;
  readonly runDir: string;
  readonly logLevel: LogLevel;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** The unix socket at which the Kubernetes API is served, if it is. */
  readonly apiSocket?: string | undefined;
  /** The address and port at which it is served besides, with TLS. */
  readonly apiAddress?: ApiAddress | undefined;
  /** Who is known to it, and what is recorded of requests. */
  readonly trust: TrustOptions;
  /** The address and port that webhooks are served at, if they are. */
  readonly webhookListen?: string | undefined;
  /** The files with what webhooks are served with. */
  readonly webhookFiles: {
    readonly 'webhook-secret-file'?: string | undefined;
    readonly 'webhook-cert'?: string | undefined;
    readonly 'webhook-key'?: string | undefined;
  };
}

const known = {
  'data-dir': { type: 'string', default: defaultPaths.dataDir },
  'run-dir': { type: 'string', default: defaultPaths.runDir },
  'log-level': { type: 'string', default: 'info' },
  'node-label': { type: 'string', multiple: true, default: [] },
  api: { type: 'boolean', default: false },
  'api-socket': { type: 'string' },
  'api-address': { type: 'string' },
  ...trustFlags,
  'webhook-listen': { type: 'string' },
  'webhook-secret-file': { type: 'string' },
  'webhook-cert': { type: 'string' },
  'webhook-key': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

/** Pure. Parses the command line of the daemon. @throws CodedError USAGE_INVALID */
export function parseOptions(argv: readonly string[]): DaemonOptions {
  const values = valuesOf(argv);
  const { 'webhook-listen': webhookListen, ...webhookFiles } = values;
  for (const flag of ['api-socket', 'api-address', 'api-audit-policy', 'oidc-issuer'] as const)
    if (values[flag] !== undefined && !values.api)
      throw optionInvalid(`--${flag} requires --api`, 'add --api, which serves the API');
  return {
    dataDir: values['data-dir'],
    runDir: values['run-dir'],
    logLevel: logLevels.find((level) => level === values['log-level']) ?? 'info',
    apiSocket: values.api ? (values['api-socket'] ?? join(values['run-dir'], 'api.sock')) : undefined,
    apiAddress: values['api-address'] === undefined ? undefined : parseAddress(values['api-address']),
    trust: trustOptions(values),
    nodeLabels: Object.fromEntries(values['node-label'].map(parseLabel)),
    webhookListen,
    webhookFiles,
  };
}

function valuesOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: known }).values;
  } catch (failure) {
    throw optionInvalid(errorText(failure), '"ignite daemon" and "ignite gitops" start this program');
  }
}

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
