import type { Credentials, LoginPlace } from '@ignite/api/client/registry-client';
import type { Command, Invocation } from '../../arguments/command.ts';
import { registryName } from '../../arguments/registry-name.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { registryConfig, registryFlags } from '../../configuration.ts';
import { withRegistries } from '../../context.ts';
import { askLine } from '../../prompt.ts';

/** The size limit of a password in characters, which exceeds that of any token. */
const longestPassword = 65_536;

export const login: Command = {
  name: 'login',
  arguments: '[REGISTRY]',
  arity: { least: 0, most: 1 },
  summary: 'Log in to a registry',
  details: [
    "The registry checks the credentials before they are kept in Docker's config.json, or with the credential helper that it names. Without REGISTRY it is the Docker Hub.",
    'Commands that pull and push run as root, and read the credentials of root: log in with sudo.',
    'Whoever can list processes can read a password in a command line: let it be asked for, or give it on standard input.',
  ],
  examples: [
    'ignite login',
    'ignite login registry.example.org:5000',
    'ignite login ghcr.io -u me --password-stdin <token',
  ],
  flags: {
    username: { type: 'string', short: 'u', value: 'NAME', help: 'who logs in; otherwise it is asked for' },
    password: { type: 'string', short: 'p', value: 'PASSWORD', help: 'the password, or an access token' },
    'password-stdin': { type: 'boolean', help: 'read the password from standard input' },
    ...registryFlags,
  },
  run: async (invocation) => {
    const { args, io } = invocation;
    assertFlags(invocation);
    const place = { registry: registryName(args[0]), ...(await registryConfig(invocation)) };
    const credentials = await credentialsOf(invocation, place);
    const kept = await withRegistries(invocation, async (registries, op) => {
      if (invocation.flags.text('password') !== undefined)
        op.report({
          kind: 'warning',
          message: 'a password given with --password can be seen by others; use --password-stdin',
        });
      return await registries.logIn(place, credentials, op);
    });
    const where = kept.kind === 'helper' ? `with ${kept.helper}` : `unencrypted in ${kept.file}`;
    io.out.write(`Login succeeded: the password is kept ${where}\n`);
    return 0;
  },
};

export const logout: Command = {
  name: 'logout',
  arguments: '[REGISTRY]',
  arity: { least: 0, most: 1 },
  summary: 'Log out of a registry',
  details: ['Forgets the credentials that "ignite login" or "docker login" has kept for it.'],
  examples: ['ignite logout', 'ignite logout registry.example.org:5000'],
  flags: registryFlags,
  run: async (invocation) => {
    const { args, io } = invocation;
    const place = { registry: registryName(args[0]), ...(await registryConfig(invocation)) };
    const wasIn = await withRegistries(invocation, (registries, op) => registries.logOut(place, op));
    io.out.write(
      wasIn ? `Removed the credentials for ${place.registry}\n` : `Not logged in to ${place.registry}\n`,
    );
    return 0;
  },
};

/**
 * Asserts that the flags do not contradict each other.
 * @throws CodedError USAGE_INVALID
 */
function assertFlags({ flags }: Invocation): void {
  const fromInput = flags.isSet('password-stdin');
  if (fromInput && flags.text('password') !== undefined)
    throw usageError('--password and --password-stdin exclude each other', 'give one of them');
  if (fromInput && !flags.text('username'))
    throw usageError('--password-stdin needs a user name', 'say who logs in with --username');
}

const hint = 'give --username and --password-stdin';

async function credentialsOf(invocation: Invocation, place: LoginPlace): Promise<Credentials> {
  const { flags, io, signal } = invocation;
  const username = flags.text('username') ?? (await askUser(invocation, place));
  if (username === '') throw usageError('a user name is needed', hint);
  const password = flags.isSet('password-stdin')
    ? await readPassword()
    : (flags.text('password') ??
      (await askLine({ question: 'Password: ', isSecret: true, hint }, io, signal)));
  if (!password) throw usageError('a password is needed', hint);
  return { username, password };
}

async function askUser(invocation: Invocation, place: LoginPlace): Promise<string> {
  const known = await withRegistries(invocation, (registries) => registries.knownUser(place));
  const question = known === undefined ? 'Username: ' : `Username (${known}): `;
  const typed = await askLine({ question, hint }, invocation.io, invocation.signal);
  return (typed === undefined ? '' : typed.trim() || known) ?? '';
}

/**
 * Reads the password from standard input. A line break at its end is dropped, since "echo" and editors add
 * one.
 * @throws CodedError USAGE_INVALID if the input is longer than any password
 */
async function readPassword(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.length > longestPassword)
      throw usageError('there is more on standard input than a password', hint);
  }
  return text.replace(/\r?\n$/, '');
}
