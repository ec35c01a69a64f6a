import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../errors/error-text.ts';
import { sourceError } from '../source/source.ts';
import { gitTransport } from './git-url.ts';

/** How to prove to a server who we are, and it to us; secrets stay in their files. */
export interface GitAuth {
  /** A private key for ssh. */
  readonly identityFile?: string | undefined;
  /** Host keys for ssh; a host that is not in it is refused. */
  readonly knownHostsFile?: string | undefined;
  readonly username?: string | undefined;
  /** Holds a password or token for https. */
  readonly passwordFile?: string | undefined;
  /** Certificates of authorities that are trusted in place of the system's own, for https. */
  readonly caFile?: string | undefined;
  /** A certificate of our own and its key, for https servers that ask for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Such as `http://proxy:3128`, for https. */
  readonly proxy?: string | undefined;
}

/** Prints whichever of the two git asks for. */
const askpass = `#!/bin/sh
case $1 in
Username*) printf '%s\\n' "$GITOPS_USERNAME" ;;
*) printf '%s\\n' "$GITOPS_PASSWORD" ;;
esac
`;

/** git hands over host and command; the options stand in a file, so no path goes through a shell. */
const ssh = `#!/bin/sh
exec ssh -F "\${0%/*}/ssh_config" "$@"
`;

/**
 * The environment in which git asks nobody anything, reads no one's configuration and runs no hooks. Helper files are
 * written to `dir`, which is for our eyes alone.
 * @throws CodedError SOURCE_DENIED when a credential file cannot be read
 */
export async function gitEnvironment(
  url: string,
  auth: GitAuth,
  dir: string,
): Promise<Readonly<Record<string, string>>> {
  const transport = gitTransport(url);
  const config: (readonly [string, string])[] = [
    ['core.hooksPath', '/dev/null'],
    ['protocol.allow', 'never'],
    [`protocol.${transport}.allow`, 'always'],
    ['gc.autoDetach', 'false'],
    ['http.lowSpeedLimit', '100'],
    ['http.lowSpeedTime', '30'],
  ];
  if (auth.proxy !== undefined) config.push(['http.proxy', auth.proxy]);
  // In a file, since the git that serves a repository of this host reads no other: whose it is does not matter to us.
  await writeFile(join(dir, 'gitconfig'), '[safe]\n\tdirectory = *\n', { mode: 0o600 });
  return {
    // Whatever repository the environment that we were started in speaks of, it is not ours.
    GIT_DIR: '.',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(dir, 'gitconfig'),
    LC_ALL: 'C',
    ...(transport === 'ssh' && (await sshEnvironment(auth, dir))),
    ...(transport === 'https' && (await httpsEnvironment(auth, dir))),
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

async function sshEnvironment(auth: GitAuth, dir: string): Promise<Readonly<Record<string, string>>> {
  const lines = [
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    'ConnectTimeout 20',
    'ServerAliveInterval 15',
    ...(auth.identityFile === undefined
      ? []
      : [`IdentityFile ${quoted(auth.identityFile)}`, 'IdentitiesOnly yes']),
    ...(auth.knownHostsFile === undefined
      ? []
      : [`UserKnownHostsFile ${quoted(auth.knownHostsFile)}`, 'GlobalKnownHostsFile /dev/null']),
  ];
  for (const file of [auth.identityFile, auth.knownHostsFile]) if (file !== undefined) await readSecret(file);
  await writeFile(join(dir, 'ssh_config'), `${lines.join('\n')}\n`, { mode: 0o600 });
  await writeProgram(join(dir, 'ssh'), ssh);
  return { GIT_SSH: join(dir, 'ssh'), GIT_SSH_VARIANT: 'ssh' };
}

async function httpsEnvironment(auth: GitAuth, dir: string): Promise<Readonly<Record<string, string>>> {
  if (auth.caFile !== undefined) await readSecret(auth.caFile);
  const password = auth.passwordFile === undefined ? '' : (await readSecret(auth.passwordFile)).trimEnd();
  await writeProgram(join(dir, 'askpass'), askpass);
  return {
    GIT_ASKPASS: join(dir, 'askpass'),
    GITOPS_USERNAME: auth.username ?? 'git',
    GITOPS_PASSWORD: password,
    ...(auth.caFile !== undefined && { GIT_SSL_CAINFO: auth.caFile }),
    ...(auth.certFile !== undefined && { GIT_SSL_CERT: auth.certFile }),
    ...(auth.keyFile !== undefined && { GIT_SSL_KEY: auth.keyFile }),
  };
}

async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o700 });
  await chmod(path, 0o700);
}

async function readSecret(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (failure) {
    throw sourceError(
      'SOURCE_DENIED',
      `a credential cannot be read: ${errorText(failure)}`,
      'name files that exist and that we may read',
    );
  }
}

/** As ssh_config(5) reads it. */
function quoted(path: string): string {
  if (/["\n\\%]/.test(path))
    throw sourceError('SOURCE_INVALID', `a path that ssh cannot be told: ${path}`, 'choose a plainer path');
  return `"${path}"`;
}
