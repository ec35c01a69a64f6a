import { type KnownToken, tokenRoles } from '@ignite/api/client/token-client';
import { age } from '@ignite/toolkit/text/age';
import type { Command, FlagValues } from '../../arguments/command.ts';
import { spanMs } from '../../arguments/span.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { readKubeconfig, tokenKubeconfig, withTokens } from '../../context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { table } from '../../render/text/table.ts';

export const tokenCreate: Command = {
  name: 'token create',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Make a token with which a person or a program uses the API of this host',
  details: [
    'The token is shown once; only its hash is kept. NAME is the name of its user, too. The role is given in all namespaces; without one, the user may do what roles and bindings give to him and his groups.',
  ],
  examples: [
    'sudo ignite token create ada --role viewer --kubeconfig > ada.yaml',
    'sudo ignite token create ci --role operator --expires 30d',
    'sudo ignite token create bob --group developers --expires never',
  ],
  flags: {
    role: { type: 'string', value: 'ROLE', values: tokenRoles, help: 'what the user may do' },
    group: { type: 'list', value: 'GROUP', help: 'group of the user' },
    expires: {
      type: 'string',
      value: 'TIME',
      default: '90d',
      help: 'time after which the token is refused, such as 30d or 12h, or "never"',
    },
    kubeconfig: { type: 'boolean', help: 'print a kubeconfig with the token' },
  },
  run: async (invocation) => {
    const { args, flags, io, signal } = invocation;
    const [name = ''] = args;
    const wanted = {
      name,
      role: flags.choice('role', tokenRoles),
      groups: flags.list('group'),
      ttlMs: ttlOf(flags),
    };
    await withTokens(invocation, async (tokens) => {
      // No token is made that could not be shown.
      const kubeconfig = flags.isSet('kubeconfig') ? await readKubeconfig(invocation) : undefined;
      const token = await tokens.create(wanted, signal);
      io.out.write(
        kubeconfig === undefined ? `${token}\n` : await tokenKubeconfig(kubeconfig, { user: name, token }),
      );
    });
    return 0;
  },
};

const longestMs = 10 * 365 * 24 * 3_600_000;

function ttlOf(flags: FlagValues): number | undefined {
  const text = flags.text('expires') ?? '90d';
  if (text === 'never') return undefined;
  const ttlMs = spanMs(text);
  if (ttlMs === undefined || ttlMs === 0 || ttlMs > longestMs)
    throw usageError(
      `--expires ${JSON.stringify(text)}: not a time until then`,
      'use a time of at most ten years, such as 30d or 12h, or "never"',
    );
  return ttlMs;
}

export const tokenList: Command = {
  name: 'token ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List the tokens of the API of this host',
  examples: ['sudo ignite token ls', 'sudo ignite token ls -o json'],
  flags: { output: documentFlag },
  run: async (invocation) => {
    const { flags, io, signal } = invocation;
    const tokens = await withTokens(invocation, (all) => all.list(signal));
    const format = documentFormatOf(flags);
    if (format === undefined) io.out.write(tokenTable(tokens, Date.now()));
    else await printDocument(tokens, format, io);
    return 0;
  },
};

const tokenTable = (tokens: readonly KnownToken[], nowMs: number): string =>
  table(
    ['NAME', 'ROLE', 'GROUPS', 'AGE', 'EXPIRES'],
    tokens.map(({ name, role = '', groups, createdAt, expiresAt }) => [
      name,
      role,
      groups.join(','),
      age(createdAt, nowMs),
      expiryText(expiresAt, nowMs),
    ]),
  );

function expiryText(expiresAt: string | undefined, nowMs: number): string {
  if (expiresAt === undefined) return 'never';
  return Date.parse(expiresAt) <= nowMs ? 'expired' : expiresAt;
}

export const tokenRemove: Command = {
  name: 'token rm',
  arguments: 'TOKEN...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove tokens, which are refused at once, and the roles that came with them',
  examples: ['sudo ignite token rm ada'],
  flags: {},
  run: async (invocation) => {
    const { args, io, signal } = invocation;
    await withTokens(invocation, async (tokens) => {
      for (const name of args) {
        await tokens.remove(name, signal);
        io.out.write(`${name}\n`);
      }
    });
    return 0;
  },
};
