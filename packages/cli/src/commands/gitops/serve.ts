import { type LogLevel as ServiceLevel, jsonLog, limitedLog, textLog } from '@ignite/toolkit/log/log';
import type { WebhookOptions } from '@ignite/toolkit/webhook/webhook-server';
import type { FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { labelsOf } from '../../arguments/labels.ts';
import { legacyDaemonFlags } from '@ignite/legacy/flags';
import { type LogLevel, logLevelOf } from '../../arguments/log-level.ts';
import { usageError } from '../../arguments/usage-error.ts';
import type { DeclaredHost } from '../../context.ts';
import { readInputFile } from '../../files/input-file.ts';

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

/** The level of the service's log, which has no trace level. */
const serviceLevels: Readonly<Record<LogLevel, ServiceLevel>> = {
  error: 'error',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

/** Runs the service until it is interrupted. */
export async function serve(invocation: Invocation, { store, paths, client }: DeclaredHost): Promise<number> {
  const { flags, io, signal } = invocation;
  const { runGitops } = await import('@ignite/daemon/gitops-service');
  const nodeLabels = labelsOf(flags, 'node-label');
  const everything = (io.isTty ? textLog : jsonLog)((line) => io.err.write(line));
  const log = limitedLog(everything, serviceLevels[logLevelOf(flags)]);
  const webhook = await webhookOptions(flags);
  await runGitops(
    { paths, store, engines: client, client, nodeLabels, log, ...(webhook && { webhook }) },
    signal,
  );
  return 0;
}

/** @throws CodedError USAGE_INVALID */
async function webhookOptions(flags: FlagValues): Promise<WebhookOptions | undefined> {
  const listen = flags.text('webhook-listen');
  if (listen === undefined) return undefined;
  const [, address, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(listen) ?? [];
  if (address === undefined)
    throw usageError(
      `--webhook-listen ${listen}: not an address`,
      'use ADDRESS:PORT, such as 127.0.0.1:9292',
    );
  const read = async (flag: string): Promise<string | undefined> => {
    const file = flags.text(flag);
    return file === undefined ? undefined : await readInputFile(`--${flag}`, file);
  };
  const [secret, cert, key] = [
    await read('webhook-secret-file'),
    await read('webhook-cert'),
    await read('webhook-key'),
  ];
  if (secret === undefined)
    throw usageError('--webhook-listen requires a secret', 'add --webhook-secret-file');
  return {
    address,
    port: Number(port),
    secret: secret.trim(),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  };
}
