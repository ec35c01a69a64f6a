import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { homedir } from 'node:os';
import { scheme } from '@ignite/api/scheme';
import { planManifests } from '@ignite/daemon/plan-manifests';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import type { WebhookOptions } from '@ignite/toolkit/webhook/webhook-server';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { executePlan } from '@ignite/toolkit/gitops/execute-plan';
import { gitTransport } from '@ignite/toolkit/git/git-url';
import { type SyncSpec, gitopsApiVersion } from '@ignite/toolkit/gitops/kinds';
import { type LogLevel as ServiceLevel, jsonLog, limitedLog, textLog } from '@ignite/toolkit/log/log';
import type { Command, FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { legacyDaemonFlags } from '../../arguments/legacy-flags.ts';
import { type LogLevel, logLevelOf } from '../../arguments/log-level.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import { readInputFile } from '../../files/input-file.ts';

const sourceFlags: Flags = {
  'ignore-unknown-kinds': {
    type: 'boolean',
    help: 'pass over what is no kind of Ignite, such as a Pod; otherwise it is told of, and nothing is pruned',
  },
};

const hostFlags: Flags = {
  'node-label': { type: 'list', value: 'KEY=VALUE', help: 'a label of this host, for node selectors' },
  'webhook-listen': {
    type: 'string',
    value: 'ADDRESS:PORT',
    help: 'where forges tell of pushes, at /hooks/SYNC',
  },
  'webhook-secret-file': { type: 'string', value: 'FILE', help: 'the secret that they sign with' },
  'webhook-cert': { type: 'string', value: 'FILE', help: 'a certificate, which a network address needs' },
  'webhook-key': { type: 'string', value: 'FILE', help: "the certificate's key" },
  ...legacyDaemonFlags,
};

/** What of the service's log is wanted: it knows no traces. */
const serviceLevels: Readonly<Record<LogLevel, ServiceLevel>> = {
  error: 'error',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

export const gitops: Command = {
  name: 'gitops',
  arguments: '[REPO]',
  arity: { least: 0, most: 1 },
  summary: 'Keep this host as a Git repository says, until it is interrupted',
  examples: [
    'ignite gitops https://example.org/vms.git --branch main --path hosts/a',
    'ignite gitops git@example.org:vms.git --identity-file ~/.ssh/id_ed25519',
    'ignite gitops      # all that is declared as GitSource and Sync',
  ],
  flags: {
    branch: { type: 'string', short: 'b', value: 'NAME', default: "the repository's", help: 'the branch' },
    path: { type: 'string', value: 'DIR', default: 'all', help: 'the folder of the repository to take' },
    interval: { type: 'string', value: 'TIME', default: '30s', help: 'how often to look' },
    timeout: { type: 'string', value: 'TIME', default: '1m', help: 'how long fetching may take' },
    name: { type: 'string', value: 'NAME', default: "made of the repository's", help: "the Sync's name" },
    'identity-file': { type: 'string', value: 'FILE', help: 'a private key for ssh' },
    'hosts-file': {
      type: 'string',
      value: 'FILE',
      default: '~/.ssh/known_hosts',
      help: 'known hosts for ssh',
    },
    'https-username': { type: 'string', value: 'NAME', help: 'a user name for https' },
    'https-password': { type: 'string', value: 'TEXT', help: 'a password; --https-password-file is safer' },
    'https-password-file': {
      type: 'string',
      value: 'FILE',
      help: 'a file with a password or token for https',
    },
    'ca-file': {
      type: 'string',
      value: 'FILE',
      help: "the authorities to trust for https in place of the system's",
    },
    'verify-key': {
      type: 'list',
      value: 'FILE',
      help: 'only commits signed by a key of these files are used',
    },
    'status-branch': {
      type: 'string',
      value: 'NAME',
      default: 'ignite-status',
      help: 'where status is pushed',
    },
    'no-status': { type: 'boolean', help: 'push no status' },
    'no-prune': { type: 'boolean', help: 'keep what is gone from the repository' },
    ...sourceFlags,
    ...hostFlags,
  },
  run: async (invocation) => {
    const [repository] = invocation.args;
    return await withDeclaredHost(invocation, async (host) => {
      if (repository !== undefined)
        await declare(await repositoryManifests(repository, invocation, host), host);
      return await serve(invocation, host);
    });
  },
};

export const daemon: Command = {
  name: 'daemon',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Keep this host as the manifests in a folder and all declared Syncs say, until it is interrupted',
  examples: ['ignite daemon', 'ignite daemon --manifests /srv/vms'],
  flags: {
    manifests: { type: 'string', value: 'DIR', default: '/etc/firecracker/manifests', help: 'the folder' },
    interval: { type: 'string', value: 'TIME', default: '30s', help: 'how often to look besides being told' },
    ...sourceFlags,
    ...hostFlags,
  },
  run: async (invocation) =>
    await withDeclaredHost(invocation, async (host) => {
      const directory = resolve(invocation.flags.text('manifests') ?? '/etc/firecracker/manifests');
      await mkdir(directory, { recursive: true });
      const interval = invocation.flags.text('interval') ?? '30s';
      const unknownKinds = unknownKindsOf(invocation.flags);
      await declare(
        manifestsOf([['Sync', 'manifests', { source: { directory }, interval, adopt: true, unknownKinds }]]),
        host,
      );
      return await serve(invocation, host);
    }),
};

async function serve(invocation: Invocation, { store, paths, client }: DeclaredHost): Promise<number> {
  const { flags, io, signal } = invocation;
  const { runGitops } = await import('@ignite/daemon/gitops-service');
  const nodeLabels = Object.fromEntries(flags.list('node-label').map(parseLabel));
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
    throw usageError(`--webhook-listen ${listen}: not an address`, 'write 127.0.0.1:9292');
  const read = async (flag: string): Promise<string | undefined> => {
    const file = flags.text(flag);
    return file === undefined ? undefined : await readInputFile(`--${flag}`, file);
  };
  const [secret, cert, key] = [
    await read('webhook-secret-file'),
    await read('webhook-cert'),
    await read('webhook-key'),
  ];
  if (secret === undefined) throw usageError('--webhook-listen needs a secret', 'give --webhook-secret-file');
  return {
    address,
    port: Number(port),
    secret: secret.trim(),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
  };
}

/** Writes objects into the store as `apply` does; who runs the service sees to the rest. */
async function declare(manifests: readonly Manifest[], { deps, op }: DeclaredHost): Promise<void> {
  const live = await deps.actuator.observe(op.signal);
  const plan = planManifests(manifests, live, { replace: false, force: true }, deps);
  const options = {
    owner: undefined,
    actuator: deps.actuator,
    clock: deps.clock,
    concurrency: 1,
    healthTimeoutMs: 0,
    waitForHealth: false,
  };
  const { results } = await executePlan(plan, [], options, op);
  const failed = results.find(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  if (failed) throw new Error(failed.message);
}

async function repositoryManifests(
  url: string,
  { flags }: Invocation,
  { paths }: DeclaredHost,
): Promise<readonly Manifest[]> {
  const transport = gitTransport(url);
  const name = flags.text('name') ?? nameOf(url);
  const file = (flag: string): string | undefined => {
    const value = flags.text(flag);
    return value === undefined ? undefined : resolve(value);
  };
  const password = flags.text('https-password');
  const passwordFile =
    password === undefined ? file('https-password-file') : join(paths.dataDir, 'gitops', `${name}.password`);
  if (password !== undefined) {
    await mkdir(join(paths.dataDir, 'gitops'), { recursive: true, mode: 0o700 });
    await replaceFile(passwordFile!, password, 0o600);
  }
  const knownHostsFile =
    file('hosts-file') ?? (transport === 'ssh' ? join(homedir(), '.ssh/known_hosts') : undefined);
  const keys = flags.list('verify-key').map((key) => resolve(key));
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
    ...(keys.length > 0 && { verify: { keys } }),
  };
  return manifestsOf([
    ['GitSource', name, source],
    ['Sync', name, syncSpec(name, flags)],
  ]);
}

const unknownKindsOf = (flags: FlagValues): SyncSpec['unknownKinds'] =>
  flags.isSet('ignore-unknown-kinds') ? 'ignore' : 'refuse';

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

/** Checked and completed as if someone had written them. */
const manifestsOf = (
  objects: readonly (readonly [kind: string, name: string, spec: object])[],
): readonly Manifest[] =>
  objects.flatMap(([kind, name, spec]) =>
    decodeManifests(
      JSON.stringify({ apiVersion: gitopsApiVersion, kind, metadata: { name }, spec }),
      'the command line',
      scheme,
    ),
  );

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

function parseLabel(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw usageError(`--node-label ${JSON.stringify(text)}: not a label`, 'write --node-label KEY=VALUE');
  return [text.slice(0, at), text.slice(at + 1)];
}
