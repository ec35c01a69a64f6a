import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client, ReadClient } from '@ignite/api/client/client';
import type { DoctorCheck, InstalledVmm } from '@ignite/api/client/host-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { RegistryClient } from '@ignite/api/client/registry-client';
import type { ApplyClient, SyncClient } from '@ignite/api/client/sync-client';
import type { TokenClient } from '@ignite/api/client/token-client';
import { brokenRecordText } from '@ignite/api/broken-record';
import {
  type Paths,
  apiDir,
  apiSocketPath,
  defaultPaths,
  kubeconfigPath,
  storePath,
} from '@ignite/engine/tools/host/paths';
import { trustedHostKey } from '@ignite/engine/vm/trusted-host-key';
import type { Vm } from '@ignite/api/v1/vm';
import type { Telling } from '@ignite/engine/vm/lifecycle/control-own-vms';
import type { LocalClient } from '@ignite/engine/operations/client/local-client';
import type { EnginePorts } from '@ignite/engine/vm/engine-ports';
import type { LegacyImportRequest, LegacyResult } from '@ignite/legacy/import/import-request';
import type { BrokenObject } from '@ignite/toolkit/store/store';
import type { ValueSchemas } from '@ignite/cluster/contract/value-schemas';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { type ChosenHost, chosenHost } from './remote/chosen-host.ts';
import type { FlagValues, Invocation } from './arguments/command.ts';
import { logLevelOf, tells } from './arguments/log-level.ts';
import { Progress } from './render/message/progress.ts';

export function pathsOf(flags: FlagValues, env: NodeJS.ProcessEnv): Paths {
  return {
    dataDir: resolve(flags.text('data-dir') ?? env['IGNITE_DATA_DIR'] ?? defaultPaths.dataDir),
    runDir: resolve(flags.text('run-dir') ?? env['IGNITE_RUN_DIR'] ?? defaultPaths.runDir),
  };
}

/** Returns the path of the unix socket of this host's API. */
export const apiSocketOf = ({ flags, io }: Pick<Invocation, 'flags' | 'io'>): string =>
  apiSocketPath(pathsOf(flags, io.env));

export type PrivilegeErrorCode = 'ROOT_NEEDED';

const rootNeeded = (
  why: string,
  otherwise = 'help, version, explain, convert and doctor do not need root',
): CodedError<PrivilegeErrorCode> =>
  new CodedError('ROOT_NEEDED', `this command requires root: ${why}`, {
    hint: `run it with sudo; ${otherwise}`,
  });

const howToLook =
  'members of the group "ignite" can list and inspect VMs too: "sudo ignite doctor --fix" creates it, "sudo adduser NAME ignite" adds a member';

/** For commands that only look. @throws CodedError ROOT_NEEDED */
export async function withReader<T>(
  invocation: Invocation,
  use: (client: ReadClient) => Promise<T>,
): Promise<T> {
  const { flags, io } = invocation;
  const far = await openFar(invocation);
  if (far) {
    await using client = far;
    return await use(client);
  }
  using progress = new Progress(io, logLevelOf(flags));
  const found = await openReader(invocation, tellBroken(progress));
  // Such a host is not an empty one.
  if (!found) throw rootNeeded(`you may not read ${storePath(pathsOf(flags, io.env))}`, howToLook);
  using client = found;
  return await use(client);
}

/** As `withReader`, for what is done without where the user may not look, and is told of nothing. */
export async function readIfAllowed<T>(
  invocation: Pick<Invocation, 'flags' | 'io'>,
  use: (client: ReadClient) => Promise<T>,
): Promise<T | undefined> {
  if (isForOtherHost(invocation)) return undefined; // whoever types waits for no network
  using client = await openReader(invocation);
  return client && (await use(client));
}

/** Returns the client of the other host that a command is for, or undefined if it is for this one. */
async function openFar({ flags, io }: Invocation): Promise<Client | undefined> {
  const chosen = chosenHost({ flags, io });
  if (chosen.kind === 'local') return undefined;
  const { openRemote } = await import('./remote/open-remote.ts');
  return await openRemote({
    chosen,
    env: io.env,
    ownCommand: ownProgram(),
    copies: async (options) => {
      const { farFiles } = await import('@ignite/engine/operations/client/far-files');
      return farFiles(options);
    },
  });
}

/** Tells whether a command is for another host. */
export const isForOtherHost = (invocation: Pick<Invocation, 'flags' | 'io'>): boolean =>
  chosenHost(invocation).kind !== 'local';

/** Tells whether an ignited keeps the host that a command is for. That of another host makes the very calls. */
export const isHostServed = async (of: Pick<Invocation, 'flags' | 'io'>): Promise<boolean> =>
  isForOtherHost(of) ||
  (await import('@ignite/engine/tools/host/served-host')).isServed(pathsOf(of.flags, of.io.env));

/**
 * For commands that only this host can carry out.
 * @throws CodedError NOT_REMOTE
 */
export async function assertLocal(
  { flags, io }: Pick<Invocation, 'flags' | 'io'>,
  what: string,
): Promise<void> {
  const chosen = chosenHost({ flags, io });
  if (chosen.kind === 'local') return;
  const { notRemote } = await import('@ignite/api/remote/not-remote');
  throw notRemote(
    what,
    `run it on the host itself, or name this host: --context default (now ${nameOf(chosen)})`,
  );
}

const nameOf = (chosen: Exclude<ChosenHost, { kind: 'local' }>): string =>
  chosen.kind === 'address' ? chosen.address : `context ${chosen.name}`;

/** Returns `undefined` if there is a store that the user may not read. */
async function openReader(
  { flags, io }: Pick<Invocation, 'flags' | 'io'>,
  onBroken?: (broken: BrokenObject) => void,
): Promise<(ReadClient & Disposable) | undefined> {
  const [{ openReadClient }, { isStoreClosed }, { networkSettings }] = await Promise.all([
    import('@ignite/engine/operations/client/read-client'),
    import('@ignite/engine/tools/store/open-store'),
    import('@ignite/engine/tools/network/cni/settings'),
  ]);
  const paths = pathsOf(flags, io.env);
  return isStoreClosed(paths) ? undefined : openReadClient(paths, networkSettings(io.env), onBroken);
}

export type ApiErrorCode = 'API_NOT_SERVED';

/**
 * Returns the kubeconfig of the administrator of this host's API.
 * @throws CodedError API_NOT_SERVED, ROOT_NEEDED
 */
export async function readKubeconfig({ flags, io }: Invocation): Promise<string> {
  const path = kubeconfigPath(pathsOf(flags, io.env));
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES') throw rootNeeded(`you may not read ${path}`);
    if (code !== 'ENOENT') throw cause;
    throw new CodedError<ApiErrorCode>('API_NOT_SERVED', 'this host serves no API at an address', {
      hint: 'start the daemon with an address, for example "ignite daemon --api --api-address 127.0.0.1:6443"',
    });
  }
}

/** Returns the same for a user with a token. */
export async function tokenKubeconfig(
  kubeconfig: string,
  user: { readonly user: string; readonly token: string },
): Promise<string> {
  const { tokenKubeconfigText } = await import('@ignite/apiserver/certificates/kubeconfig');
  return tokenKubeconfigText(kubeconfig, user);
}

/** For commands on the tokens of this host's API. @throws CodedError ROOT_NEEDED */
export async function withTokens<T>(
  invocation: Invocation,
  use: (tokens: TokenClient) => Promise<T>,
): Promise<T> {
  await assertLocal(invocation, '"ignite token"');
  const [{ RoleTokens }, { TokenFile }, { systemClock: clock }] = await Promise.all([
    import('@ignite/apiserver/authorization/tokens/role-tokens'),
    import('@ignite/apiserver/authentication/token-file/token-file'),
    import('@ignite/toolkit/clock/clock'),
  ]);
  return await withEngine(invocation, async ({ objects: client }, { paths }) => {
    const file = new TokenFile(apiDir(paths));
    return await use(new RoleTokens({ file, client, clock }));
  });
}

/** Returns the names of tokens for completion, as far as the user may read them. */
export async function tokenNames({
  flags,
  io,
}: Pick<Invocation, 'flags' | 'io'>): Promise<readonly string[]> {
  const { TokenFile } = await import('@ignite/apiserver/authentication/token-file/token-file');
  const file = new TokenFile(apiDir(pathsOf(flags, io.env)));
  return await file.list().then(
    (tokens) => tokens.map(({ name }) => name),
    () => [],
  );
}

/** A damaged record affects only its own object; commands on other objects print a warning. */
const tellBroken =
  ({ report }: Pick<ClientOperation, 'report'>) =>
  (broken: BrokenObject): void =>
    report({ kind: 'warning', message: brokenRecordText(broken) });

/** Our own command line, for others to run with a command behind it. */
export const ownCommand = ({ dataDir, runDir }: Paths): readonly string[] => [
  ...ownProgram(),
  `--data-dir=${dataDir}`,
  `--run-dir=${runDir}`,
];

const ownProgram = (): readonly string[] => [
  process.execPath,
  ...process.execArgv,
  resolve(process.argv[1]!),
];

/** What a command passes to the engine along with a request. */
export interface Operation extends ClientOperation {
  readonly endProgress: Progress['end'];
  readonly debug: Progress['debug'];
}

interface ClientOptions {
  readonly freesSpace?: boolean;
  /** Set for the process that waits for the restart of a VM. Any other command sees to it that there is one. */
  readonly awaitsRestart?: boolean;
}

/** For commands that act: with the engine, and progress on stderr. */
export async function withClient<T>(
  invocation: Invocation,
  use: (client: Client, op: Operation) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  const far = await openFar(invocation);
  if (!far) return await withEngine(invocation, (client, _ports, op) => use(client, op), options);
  await using client = far;
  const { flags, io, signal } = invocation;
  using progress = new Progress(io, logLevelOf(flags));
  return await progress.follow(() => use(client, operationOf(progress, signal)));
}

/** For `import-legacy`. */
export async function importLegacy(
  invocation: Invocation,
  request: LegacyImportRequest,
): Promise<readonly LegacyResult[]> {
  await assertLocal(invocation, '"ignite import-legacy"');
  const { importLegacy: importAll } = await import('@ignite/legacy/import/import-legacy'); // it brings YAML
  return await withEngine(invocation, (_client, ports, op) => importAll(request, ports, op));
}

/** Returns the options by which ssh(1) knows a VM of this host. */
export const hostKeyOptionsOf = (vm: Vm, { flags, io }: Invocation): readonly string[] =>
  trustedHostKey(vm, pathsOf(flags, io.env));

/** Opens the engine of this host. That the command is for this host is for the caller to make sure of. */
async function withEngine<T>(
  invocation: Invocation,
  use: (client: LocalClient, ports: EnginePorts, op: Operation) => Promise<T>,
  { freesSpace = false, awaitsRestart = false }: ClientOptions = {},
): Promise<T> {
  if (process.getuid?.() !== 0) throw rootNeeded('it uses files, namespaces and devices of the host');
  const [{ openEnginePorts }, { takeUpRestarts }, { LocalClient }] = await Promise.all([
    import('@ignite/engine/wire'),
    import('@ignite/engine/vm/lifecycle/take-up-restarts'),
    import('@ignite/engine/operations/client/local-client'),
  ]);
  const { flags, io, signal } = invocation;
  const paths = pathsOf(flags, io.env);
  const level = logLevelOf(flags);
  using progress = new Progress(io, level);
  const ports = await openEnginePorts({
    paths,
    ...(tells(level, 'debug') && { trace: { tell: progress.debug, output: () => tells(level, 'trace') } }),
    env: io.env,
    settleCommand: [...ownCommand(paths), 'settle'],
    freesSpace,
    onBroken: tellBroken(progress),
  });
  await using client = new LocalClient(ports);
  if (!awaitsRestart) await takeUpRestarts(ports);
  return await progress.follow(() => use(client, ports, operationOf(progress, signal)));
}

const operationOf = ({ report, end, debug }: Progress, signal: AbortSignal): Operation => ({
  ...{ signal, report, debug },
  endProgress: end,
});

/** This host, for commands that run controllers in their own process. */
export interface OwnHost {
  readonly client: Client;
  /** Returns the objects of all kinds under the rules of these besides. */
  readonly served: (further: readonly ServedKind[]) => ObjectClient;
  readonly self: { readonly name: string; readonly isAlone: boolean; readonly locksDir: string };
  /** Makes the VMs what their objects say until `until` aborts. */
  readonly controlVms: (tell: Telling, until: AbortSignal) => Promise<void>;
  /** Makes the pods of the host what their objects say until `until` aborts. */
  readonly controlPods: (objects: ObjectClient, tell: Telling, until: AbortSignal) => Promise<void>;
  /** Loads what checks the variables of ClusterClasses. */
  readonly loadSchemas: () => Promise<ValueSchemas>;
  readonly op: Operation;
}

export async function withOwnHost<T>(invocation: Invocation, use: (host: OwnHost) => Promise<T>): Promise<T> {
  const [{ controlOwnVms }, { controlHostPods }, { podKeeper }, { locksDir }] = await Promise.all([
    import('@ignite/engine/vm/lifecycle/control-own-vms'),
    import('@ignite/engine/pod/control-host-pods'),
    import('@ignite/engine/pod/pod-keeper'),
    import('@ignite/engine/tools/host/paths'),
  ]);
  return await withEngine(invocation, async (client, ports, op) => {
    const { administration, clock, self, paths } = ports;
    return await use({
      client,
      served: (further) => administration.served(undefined, () => further),
      self: { ...self, locksDir: locksDir(paths) },
      controlVms: async (tell, until) => await controlOwnVms(ports, tell, until),
      controlPods: async (objects, { log, report }, until) =>
        await controlHostPods({ client: objects, self, keeper: podKeeper(ports, report), clock, log }, until),
      loadSchemas: async () => (await import('@ignite/apiserver/custom-resource/value-schemas')).valueSchemas,
      op,
    });
  });
}

/** For commands that speak to registries alone, which need no root. */
export async function withRegistries<T>(
  invocation: Invocation,
  use: (registries: RegistryClient, op: Operation) => Promise<T>,
): Promise<T> {
  await assertLocal(invocation, 'a login to a registry');
  const { flags, io, signal } = invocation;
  const [{ LocalRegistries }, { localRunner }, { tracedRunner }] = await Promise.all([
    import('@ignite/engine/operations/client/local-registries'),
    import('@ignite/toolkit/process/local-runner'),
    import('@ignite/toolkit/process/traced-runner'),
  ]);
  const level = logLevelOf(flags);
  using progress = new Progress(io, level);
  const trace = { tell: progress.debug, output: () => tells(level, 'trace') };
  const runner = tells(level, 'debug') ? tracedRunner(localRunner, trace) : localRunner;
  const registries = new LocalRegistries({ runner, env: io.env });
  return await progress.follow(() => use(registries, operationOf(progress, signal)));
}

/** What declarative commands work with. */
export interface DeclaredHost<Syncs extends ApplyClient = ApplyClient> {
  readonly client: Client;
  readonly syncs: Syncs;
  readonly op: ClientOperation;
}

/** For commands that apply manifests or change Syncs. */
export async function withDeclaredHost<T>(
  invocation: Invocation,
  use: (host: DeclaredHost) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  if (!isForOtherHost(invocation)) return await withOwnSyncs(invocation, use, options);
  const { farSyncs } = await import('@ignite/engine/operations/declare/far-syncs');
  return await withClient(invocation, (client, op) => use({ client, syncs: farSyncs(client), op }));
}

/** For commands that fetch the sources of Syncs, or serve this host. */
export async function withSources<T>(
  invocation: Invocation,
  use: (host: DeclaredHost<SyncClient>) => Promise<T>,
): Promise<T> {
  await assertLocal(invocation, 'this command');
  return await withOwnSyncs(invocation, use);
}

async function withOwnSyncs<T>(
  invocation: Invocation,
  use: (host: DeclaredHost<SyncClient>) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  const [{ LocalSyncs }, { sourceWorker }, { servedClusterKinds }, { declaredClusters }] = await Promise.all([
    import('@ignite/engine/operations/declare/local-syncs'),
    import('./source-worker-file.ts'),
    import('@ignite/cluster/kinds/served-kinds'),
    import('@ignite/cluster/operations/declared-clusters'),
  ]);
  const work = async (
    client: LocalClient,
    { paths, self, administration }: EnginePorts,
    op: Operation,
  ): Promise<T> => {
    const { objects } = client;
    const further = declaredClusters(administration.served(undefined, () => servedClusterKinds));
    const syncs = new LocalSyncs(client, { paths, self, objects, sourceWorker, further });
    return await use({ client, syncs, op });
  };
  return await withEngine(invocation, work, options);
}

/** Checks what this host has and lacks. Whoever is not root may look too, at all but packet filters. */
export async function examineHost(invocation: Invocation): Promise<readonly DoctorCheck[]> {
  const { flags, io } = invocation;
  // Where there is no store yet there is no VM to guard.
  const hasEngine = (): boolean => process.getuid?.() === 0 && existsSync(storePath(pathsOf(flags, io.env)));
  if (isForOtherHost(invocation) || hasEngine())
    return await withClient(invocation, (client, op) => client.host.examine(op.signal));
  const { examineHost: examine } = await import('@ignite/engine/tools/doctor/doctor');
  return await examine(io.env);
}

/** Returns the VMMs of this host. It needs no root. */
export async function installedVmms(signal: AbortSignal): Promise<readonly InstalledVmm[]> {
  const [{ installedVmms: find }, { localRunner }] = await Promise.all([
    import('@ignite/engine/tools/vmm/installed-vmms'),
    import('@ignite/toolkit/process/local-runner'),
  ]);
  return await find(localRunner, signal);
}

/** Returns what makes a CustomResourceDefinition of a kind. */
export async function definitionOfKind(): Promise<(kind: Kind) => NewObject> {
  const { definitionOfKind: define } =
    await import('@ignite/apiserver/custom-resource/definition/definition-of-kind');
  return define;
}

/** Tells whether KVM works on this host. It needs no root. */
export async function hasKvm(): Promise<boolean> {
  const { kvmLack } = await import('@ignite/engine/tools/vmm/accel');
  return (await kvmLack()) === undefined;
}
