import type { WebhookOptions } from '@ignite/toolkit/webhook/webhook-server';
import { optionInvalid } from './errors.ts';
import { readNamedFile } from './named-file.ts';
import type { DaemonOptions } from './options.ts';

/** Reads what webhooks are served with, if they are. @throws CodedError USAGE_INVALID */
export async function webhookOptions({
  webhookListen: listen,
  webhookFiles: files,
}: Pick<DaemonOptions, 'webhookListen' | 'webhookFiles'>): Promise<WebhookOptions | undefined> {
  if (listen === undefined) return undefined;
  const [, address, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(listen) ?? [];
  if (address === undefined)
    throw optionInvalid(
      `--webhook-listen ${listen}: not an address`,
      'use ADDRESS:PORT, such as 127.0.0.1:9292',
    );
  const read = async (option: keyof DaemonOptions['webhookFiles']): Promise<string | undefined> => {
    const file = files[option];
    return file === undefined ? undefined : await readNamedFile(option, file);
  };
  const [secret, cert, key] = [
    await read('webhook-secret-file'),
    await read('webhook-cert'),
    await read('webhook-key'),
  ];
  if (secret === undefined)
    throw optionInvalid('--webhook-listen requires a secret', 'add --webhook-secret-file');
  return {
    address,
    port: Number(port),
    secret: secret.trim(),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  };
}
