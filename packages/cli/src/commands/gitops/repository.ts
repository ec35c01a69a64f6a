import { gitSourceKind } from '@ignite/toolkit/sync/object-kinds';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { GitSource } from '@ignite/toolkit/git/git-source';
import { gitTransport } from '@ignite/toolkit/git/git-url';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { StoreReader } from '@ignite/toolkit/store/store';
import type { FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import type { SyncClient } from '@ignite/api/client/sync-client';
import type { DeclaredHost } from '../../context.ts';
import { allowanceOf } from './allow-flags.ts';
import { manifestsOf, unknownKindsOf } from './declare-syncs.ts';

const reachTimeoutMs = 60_000;

/** How to access a repository, and what to do with it. */
export const repositoryFlags: Flags = {
  branch: {
    type: 'string',
    short: 'b',
    value: 'NAME',
    default: "the repository's default",
    help: 'branch to follow',
  },
  path: { type: 'string', value: 'DIR', default: 'all of it', help: 'directory of the repository to use' },
  interval: { type: 'string', value: 'TIME', default: '30s', help: 'how often to check for changes' },
  timeout: { type: 'string', value: 'TIME', default: '1m', help: 'time limit of a fetch' },
  name: { type: 'string', value: 'NAME', default: 'derived from REPO', help: 'name of the Sync' },
  'identity-file': { type: 'string', value: 'FILE', help: 'private key for SSH' },
  'hosts-file': {
    type: 'string',
    value: 'FILE',
    default: '~/.ssh/known_hosts',
    help: 'known hosts file for SSH',
  },
  'https-username': { type: 'string', value: 'NAME', help: 'user name for HTTPS' },
  'https-password': {
    type: 'string',
    value: 'TEXT',
    help: 'password for HTTPS; --https-password-file is safer',
  },
  'https-password-file': {
    type: 'string',
    value: 'FILE',
    help: 'file with the password or token for HTTPS',
  },
  'ca-file': {
    type: 'string',
    value: 'FILE',
    help: "CA certificates to trust for HTTPS, instead of the system's",
  },
  'verify-key': {
    type: 'list',
    value: 'FILE',
    help: 'file with public keys; only commits signed by one of them are applied',
  },
  'status-branch': {
    type: 'string',
    value: 'NAME',
    default: 'ignite-status',
    help: 'branch to push status to',
  },
  'no-status': { type: 'boolean', help: 'do not push status' },
  'no-prune': { type: 'boolean', help: 'do not remove objects that are gone from the repository' },
};

/**
 * The GitSource and the Sync that the flags describe.
 * @throws CodedError SOURCE_UNREACHABLE, SOURCE_DENIED for a repository of this host that is new to it and is not there
 */
export async function repositoryManifests(
  url: string,
  { flags, signal }: Invocation,
  { client, syncs: { sourcesDir } }: DeclaredHost<SyncClient>,
): Promise<readonly Manifest[]> {
  const transport = gitTransport(url);
  const name = flags.text('name') ?? nameOf(url);
  // A server may only be away for now, and so may a repository that this host follows already.
  if (transport === 'file' && !(await isFollowed(name, url, client.stored)))
    await reachRepository(url, sourcesDir, signal);
  const file = (flag: string): string | undefined => {
    const value = flags.text(flag);
    return value === undefined ? undefined : resolve(value);
  };
  const password = flags.text('https-password');
  const passwordFile =
    password === undefined ? file('https-password-file') : join(sourcesDir, `${name}.password`);
  if (password !== undefined) {
    await mkdir(sourcesDir, { recursive: true, mode: 0o700 });
    await replaceFile(passwordFile!, password, 0o600);
  }
  const knownHostsFile =
    file('hosts-file') ?? (transport === 'ssh' ? join(homedir(), '.ssh/known_hosts') : undefined);
  const keyFiles = flags.list('verify-key').map((file) => resolve(file));
  const source = {
    url,
    ref: { branch: flags.text('branch') },
    timeout: flags.text('timeout'),
    auth: {
      identityFile: file('identity-file'),
      knownHostsFile,
      username: flags.text('https-username'),
      passwordFile,
      caFile: file('ca-file'),
    },
    ...(keyFiles.length > 0 && { verify: { keyFiles } }),
  };
  return manifestsOf([
    ['GitSource', name, source],
    ['Sync', name, { ...syncSpec(name, flags), allow: await allowanceOf(flags) }],
  ]);
}

async function isFollowed(name: string, url: string, objects: StoreReader): Promise<boolean> {
  const sources = (await objects.list(gitSourceKind)).items.map(gitSourceKind.decode);
  return sources.some(({ metadata, spec }) => metadata.name === name && spec.url === url);
}

async function reachRepository(url: string, parent: string, signal: AbortSignal): Promise<void> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const cacheDir = await mkdtemp(join(parent, 'reach-'));
  try {
    const options = { url, ref: {}, auth: {}, submodules: false, timeoutMs: reachTimeoutMs, cacheDir };
    await new GitSource(options, localRunner).reach(signal);
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

const syncSpec = (name: string, flags: FlagValues): object => ({
  source: { gitSource: name },
  path: flags.text('path'),
  interval: flags.text('interval'),
  prune: !flags.isSet('no-prune'),
  unknownKinds: unknownKindsOf(flags),
  ...(!flags.isSet('no-status') && {
    statusBranch: { name: flags.text('status-branch') ?? 'ignite-status' },
  }),
});

/** The last part of the address, as an object's name. */
function nameOf(url: string): string {
  const last = url.replace(/\/+$/, '').split(/[/:]/).at(-1)!;
  const name = last
    .replace(/\.git$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'repository' : name;
}
