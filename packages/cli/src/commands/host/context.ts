import { readFile } from 'node:fs/promises';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import type { Command, Flag, FlagValues, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { chosenHost, localContext } from '../../remote/chosen-host.ts';
import { type Context, type ContextCredentials, ContextStore } from '../../remote/context-store.ts';
import { parseHostAddress } from '../../remote/host-address.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { table } from '../../render/text/table.ts';

const file = (help: string): Flag => ({ type: 'string', value: 'FILE', help });
const credentialFlags = ['token-file', 'ca-file', 'cert-file', 'key-file'] as const;

export const contextCreate: Command = {
  name: 'context create',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Give another host a name, with the credentials for it',
  details: [
    'Credentials are copied to files of their own, which only you can read. An https address needs a token, a client certificate with its key, or a kubeconfig, whose address is used if there is no --host.',
  ],
  examples: [
    'ignite context create lab --host ssh://root@lab',
    'ignite context create lab --kubeconfig lab.kubeconfig',
    'ignite context create lab --host https://lab:6443 --ca-file ca.pem --token-file token',
  ],
  flags: {
    kubeconfig: file("kubeconfig with the host's address and your credentials"),
    'token-file': file('file with a bearer token'),
    'ca-file': file("file with the certificates of the host's authority"),
    'cert-file': file('file with your certificate'),
    'key-file': file('file with the key of your certificate'),
    description: { type: 'string', value: 'TEXT', help: 'what "ignite context ls" shows beside it' },
  },
  run: async ({ flags, args: [name = ''], io }) => {
    const { host, credentials } = await wantedHost(flags);
    const description = flags.text('description');
    const context: Context = { host, ...(description !== undefined && { description }) };
    await new ContextStore(io.env).create(name, context, credentials);
    if (!flags.isSet('quiet'))
      io.err.write(`Created context ${name}; "ignite context use ${name}" makes it the one in use\n`);
    io.out.write(`${name}\n`);
    return 0;
  },
};

/** Returns what the flags say of a host. @throws CodedError USAGE_INVALID, HOST_ADDRESS_INVALID, KUBECONFIG_INVALID */
async function wantedHost(
  flags: FlagValues,
): Promise<{ readonly host: string; readonly credentials: ContextCredentials }> {
  const path = flags.text('kubeconfig');
  const given = credentialFlags.filter((flag) => flags.text(flag) !== undefined);
  if (path !== undefined && given.length > 0)
    throw usageError(`--kubeconfig and --${given[0]} both give credentials`, 'use only one of them');
  const fromFile = path === undefined ? undefined : await ofKubeconfig(path);
  const host = flags.text('host') ?? fromFile?.host;
  if (host === undefined)
    throw usageError('no address given', 'add --host ssh://[USER@]HOST[:PORT], or a kubeconfig');
  const { kind } = parseHostAddress(host);
  const credentials = fromFile?.credentials ?? (await ofFiles(flags));
  if (kind === 'ssh' && Object.keys(credentials).length > 0)
    throw usageError('ssh finds its keys itself', 'configure them in ~/.ssh/config');
  if ((credentials.cert === undefined) !== (credentials.key === undefined))
    throw usageError('a certificate is of use only with its key', 'give both --cert-file and --key-file');
  return { host, credentials };
}

async function ofKubeconfig(
  path: string,
): Promise<{ readonly host: string; readonly credentials: ContextCredentials }> {
  const { url, tls = {}, token } = await readKubeconfig(path);
  const { ca, cert, key } = tls;
  return {
    host: url,
    credentials: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(token && { token: await token() }),
    },
  };
}

async function ofFiles(flags: FlagValues): Promise<ContextCredentials> {
  const found = credentialFlags.map(async (flag) => {
    const path = flags.text(flag);
    if (path === undefined) return [];
    const text = await readFile(path, 'utf8').catch((failure: Error) => {
      throw usageError(`--${flag}: ${failure.message}`, 'name a file that you may read');
    });
    return [[flag.replace('-file', ''), text] as const];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

export const contextList: Command = {
  name: 'context ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List contexts; * marks the one in use',
  examples: ['ignite context ls'],
  flags: {},
  run: async ({ flags, io }) => {
    const store = new ContextStore(io.env);
    const current = nameInUse({ flags, io });
    const named = (await store.names()).map(async (name) => ({ name, ...(await store.read(name)) }));
    const all = [{ name: localContext, host: '', description: 'this host' }, ...(await Promise.all(named))];
    if (flags.isSet('quiet')) io.out.write(all.map(({ name }) => `${name}\n`).join(''));
    else
      io.out.write(
        table(
          ['NAME', 'HOST', 'DESCRIPTION'],
          all.map(({ name, host, description = '' }) => [
            name === current ? `${name} *` : name,
            host,
            description,
          ]),
        ),
      );
    return 0;
  },
};

/** Returns the context that commands with these flags are for, or the address that takes precedence over it. */
function nameInUse(invocation: Pick<Invocation, 'flags' | 'io'>): string {
  const chosen = chosenHost(invocation);
  if (chosen.kind === 'local') return localContext;
  return chosen.kind === 'context' ? chosen.name : chosen.address;
}

export const contextUse: Command = {
  name: 'context use',
  arguments: 'CONTEXT',
  arity: { least: 1, most: 1 },
  summary: 'Run further commands on the host of a context; default is this host',
  examples: ['ignite context use lab', 'ignite context use default'],
  flags: {},
  run: async ({ args: [name = ''], io }) => {
    await new ContextStore(io.env).use(name);
    const over = ['IGNITE_HOST', 'IGNITE_CONTEXT'].find((variable) => io.env[variable]);
    if (over !== undefined)
      io.err.write(`warning: ${over} is set, and takes precedence over the context in use\n`);
    io.out.write(`${name}\n`);
    return 0;
  },
};

export const contextShow: Command = {
  name: 'context show',
  arguments: '[CONTEXT]',
  arity: { least: 0, most: 1 },
  summary: 'Show the name of the context in use, or a context without its credentials',
  details: ['Where --host or IGNITE_HOST takes precedence over the context in use, that address is shown.'],
  examples: ['ignite context show', 'ignite context show lab -o yaml'],
  flags: { output: documentFlag },
  run: async ({ flags, args: [name], io }) => {
    if (name === undefined) {
      io.out.write(`${nameInUse({ flags, io })}\n`);
      return 0;
    }
    const store = new ContextStore(io.env);
    const { host, description } =
      name === localContext ? { host: '', description: 'this host' } : await store.read(name);
    const credentials = name === localContext ? [] : Object.keys(await store.credentials(name));
    await printDocument({ name, host, description, credentials }, documentFormatOf(flags) ?? 'json', io);
    return 0;
  },
};

export const contextRemove: Command = {
  name: 'context rm',
  arguments: 'CONTEXT...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove contexts and their credentials',
  examples: ['ignite context rm lab'],
  flags: {},
  run: async ({ args, io }) => {
    const store = new ContextStore(io.env);
    for (const name of args) {
      await store.remove(name);
      io.out.write(`${name}\n`);
    }
    return 0;
  },
};
