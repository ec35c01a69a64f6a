import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../errors/error-text.ts';
import type { Runner } from '../process/runner.ts';
import { sourceError } from '../source/source.ts';
import { type GitAddress, parseGitUrl, publicUrl } from './git-url.ts';
import { findLocalRepository, serveCommand } from './local-repository.ts';

/**
 * The means by which this host and a server prove their identity to each other. Secrets stay in their files.
 */
export interface GitAuth {
  /** A private key for ssh. */
  readonly identityFile?: string | undefined;
  /** The known host keys for ssh; any other host is refused. */
  readonly knownHostsFile?: string | undefined;
  readonly username?: string | undefined;
  /** A file with a password or token for https. */
  readonly passwordFile?: string | undefined;
  /** Certificates of trusted authorities, instead of the system's, for https. */
  readonly caFile?: string | undefined;
  /** A client certificate, for https servers that ask for one. Its key is in `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The proxy for https, such as `http://proxy:3128`. */
  readonly proxy?: string | undefined;
}

/** A credential helper (gitcredentials(7)). Git appends the operation as an argument. */
const helper = `!f() { test "$1" != get || printf 'password=%s\\n' "$GITOPS_PASSWORD"; }; f`;

export interface RemoteOptions {
  /** The URL of the source that the credentials belong to. */
  readonly source: string;
  readonly auth: GitAuth;
  /** The URL of the repository to access: the source itself or one that the source names. */
  readonly url: string;
  /** A private folder for helper files. */
  readonly dir: string;
}

type Settings = readonly (readonly [key: string, value: string])[];
interface Access {
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

/**
 * Returns the environment in which `origin` is the repository. In it git prompts for nothing, reads nobody's
 * configuration and runs no hooks. Credentials go to the scheme, host and port of the source alone: other
 * https hosts are accessed without credentials, and by ssh or in this host's files only the source itself is
 * accessed.
 * @throws CodedError SOURCE_DENIED if a credential file cannot be read, or the repository may not be accessed
 */
export async function gitEnvironment(
  options: RemoteOptions,
  runner: Runner,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const address = parseGitUrl(options.url);
  const { env, settings } = await accessTo(address, options, runner, signal);
  const config: Settings = [['core.hooksPath', '/dev/null'], ['gc.autoDetach', 'false'], ...settings];
  return {
    // The environment that this process was started in may name another repository.
    GIT_DIR: '.',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_PARAMETERS: '',
    GIT_ALLOW_PROTOCOL: address.transport,
    HOME: options.dir,
    LC_ALL: 'C',
    ...env,
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(
      config.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

async function accessTo(
  address: GitAddress,
  { source, auth, url, dir }: RemoteOptions,
  runner: Runner,
  signal: AbortSignal,
): Promise<Access> {
  const given = parseGitUrl(source);
  if (address.transport === 'https') return await httpsAccess(url, given, auth);
  if (address.transport === 'ssh') {
    if (given.transport !== 'ssh' || given.endpoint !== address.endpoint) throw elsewhere(url);
    return { env: await sshEnvironment(auth, dir), settings: [['remote.origin.url', url]] };
  }
  if (given.transport !== 'file') throw elsewhere(url);
  const { path, owner } = await findLocalRepository(address.path, runner, signal);
  if (url !== source && (await findLocalRepository(given.path, runner, signal)).owner.uid !== owner.uid)
    throw elsewhere(url);
  const settings: Settings = [
    ['remote.origin.url', `file://${path.replaceAll('%', '%25')}`],
    ['remote.origin.uploadpack', serveCommand('upload-pack', owner)],
    ['remote.origin.receivepack', serveCommand('receive-pack', owner)],
  ];
  return { env: {}, settings };
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
  const config = join(dir, 'ssh_config');
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  return {
    GIT_SSH_COMMAND: 'exec ssh -F "$GITOPS_SSH_CONFIG"',
    GIT_SSH_VARIANT: 'ssh',
    GITOPS_SSH_CONFIG: config,
  };
}

/**
 * git itself compares each host that it contacts, also after redirects, with the host that a setting is for.
 */
async function httpsAccess(url: string, given: GitAddress, auth: GitAuth): Promise<Access> {
  const settings: (readonly [string, string])[] = [
    ['remote.origin.url', url],
    ['http.lowSpeedLimit', '100'],
    ['http.lowSpeedTime', '30'],
    ['http.emptyAuth', 'false'],
  ];
  if (auth.proxy !== undefined) settings.push(['http.proxy', auth.proxy]);
  if (auth.caFile !== undefined) await readSecret(auth.caFile);
  const env = { ...(auth.caFile !== undefined && { GIT_SSL_CAINFO: auth.caFile }) };
  if (given.transport !== 'https') return { env, settings };
  const { origin } = given;
  settings.push([`credential.${origin}.helper`, helper]);
  settings.push([`credential.${origin}.username`, auth.username ?? 'git']);
  if (auth.certFile !== undefined) {
    settings.push([`http.${origin}.sslCert`, auth.certFile]);
    // curl presents the certificate to every server that a redirect leads to.
    settings.push(['http.followRedirects', 'false']);
  }
  if (auth.keyFile !== undefined) settings.push([`http.${origin}.sslKey`, auth.keyFile]);
  const password = auth.passwordFile === undefined ? '' : (await readSecret(auth.passwordFile)).trimEnd();
  return { env: { ...env, GITOPS_PASSWORD: password }, settings };
}

const elsewhere = (url: string) =>
  sourceError(
    'SOURCE_DENIED',
    `${publicUrl(url)} must not get the credentials of its source`,
    'use the scheme, host, port and user of the source for the submodule, or https for a public repository',
  );

async function readSecret(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (failure) {
    throw sourceError(
      'SOURCE_DENIED',
      `cannot read a credential: ${errorText(failure)}`,
      'use files that exist and that Ignite can read',
    );
  }
}

/** Quotes a path as ssh_config(5) reads it. */
function quoted(path: string): string {
  if (/["\n\\%]/.test(path))
    throw sourceError(
      'SOURCE_INVALID',
      `a path that cannot be passed to ssh: ${path}`,
      'use a path without special characters',
    );
  return `"${path}"`;
}
