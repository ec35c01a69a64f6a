import { resolve } from 'node:path';
import type { ReadClient } from '@ignite/api/client/client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { brokenRecordText } from '@ignite/api/broken-record';
import { type Paths, defaultPaths, storePath } from '@ignite/engine/tools/host/paths';
import type { LocalClient } from '@ignite/engine/operations/client/local-client';
import type { EnginePorts } from '@ignite/engine/vm/engine-ports';
import type { LegacyImportRequest, LegacyResult } from '@ignite/legacy/import/import-request';
import type { LoginDeps } from '@ignite/engine/tools/oci/registry-login';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import type { BrokenObject, ObjectStore } from '@ignite/toolkit/store/store';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { FlagValues, Invocation } from './arguments/command.ts';
import { logLevelOf, tells } from './arguments/log-level.ts';
import { Progress } from './render/message/progress.ts';

export function pathsOf(flags: FlagValues, env: NodeJS.ProcessEnv): Paths {
  return {
    dataDir: resolve(flags.text('data-dir') ?? env['IGNITE_DATA_DIR'] ?? defaultPaths.dataDir),
    runDir: resolve(flags.text('run-dir') ?? env['IGNITE_RUN_DIR'] ?? defaultPaths.runDir),
  };
}

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
  const [{ openReadClient }, { isStoreClosed }, { networkSettings }] = await Promise.all([
    import('@ignite/engine/operations/client/read-client'),
    import('@ignite/engine/tools/store/open-store'),
    import('@ignite/engine/tools/network/cni/settings'),
  ]);
  const { flags, io } = invocation;
  const paths = pathsOf(flags, io.env);
  // Such a host is not an empty one.
  if (isStoreClosed(paths)) throw rootNeeded(`you may not read ${storePath(paths)}`, howToLook);
  using progress = new Progress(io, logLevelOf(flags));
  using client = openReadClient(paths, networkSettings(io.env), tellBroken(progress));
  return await use(client);
}

/** A damaged record affects only its own object; commands on other objects print a warning. */
const tellBroken =
  ({ report }: Pick<ClientOperation, 'report'>) =>
  (broken: BrokenObject): void =>
    report({ kind: 'warning', message: brokenRecordText(broken) });

/** Our own command line, for others to run with a command behind it. */
export const ownCommand = ({ dataDir, runDir }: Paths): readonly string[] => [
  process.execPath,
  ...process.execArgv,
  resolve(process.argv[1]!),
  `--data-dir=${dataDir}`,
  `--run-dir=${runDir}`,
];

/** What a command passes to the engine along with a request. */
interface Operation extends ClientOperation {
  readonly endProgress: Progress['end'];
}

interface ClientOptions {
  readonly freesSpace?: boolean;
}

/** For commands that act: with the engine, and progress on stderr. */
export async function withClient<T>(
  invocation: Invocation,
  use: (client: LocalClient, op: Operation) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  return await withEngine(invocation, (client, _ports, op) => use(client, op), options);
}

/** For `import-legacy`. */
export async function importLegacy(
  invocation: Invocation,
  request: LegacyImportRequest,
): Promise<readonly LegacyResult[]> {
  const { importLegacy: importAll } = await import('@ignite/legacy/import/import-legacy'); // it brings YAML
  return await withEngine(invocation, (_client, ports, op) => importAll(request, ports, op));
}

async function withEngine<T>(
  invocation: Invocation,
  use: (client: LocalClient, ports: EnginePorts, op: Operation) => Promise<T>,
  { freesSpace = false }: ClientOptions = {},
): Promise<T> {
  if (process.getuid?.() !== 0) throw rootNeeded('it uses files, namespaces and devices of the host');
  const [{ openEnginePorts }, { LocalClient }] = await Promise.all([
    import('@ignite/engine/wire'),
    import('@ignite/engine/operations/client/local-client'),
  ]);
  const { flags, io, signal } = invocation;
  const paths = pathsOf(flags, io.env);
  const level = logLevelOf(flags);
  using progress = new Progress(io, level);
  const ports = await openEnginePorts({
    paths,
    ...(tells(level, 'debug') && { trace: { tell: progress.debug, output: tells(level, 'trace') } }),
    env: io.env,
    settleCommand: [...ownCommand(paths), 'settle'],
    freesSpace,
    onBroken: tellBroken(progress),
  });
  await using client = new LocalClient(ports);
  return await use(client, ports, { signal, report: progress.report, endProgress: progress.end });
}

/** For commands that speak to registries alone, which need no root. */
export async function withRegistries<T>(
  { flags, io, signal }: Invocation,
  use: (deps: LoginDeps, op: Operation) => Promise<T>,
): Promise<T> {
  const [{ localRunner }, { tracedRunner }] = await Promise.all([
    import('@ignite/toolkit/process/local-runner'),
    import('@ignite/toolkit/process/traced-runner'),
  ]);
  const level = logLevelOf(flags);
  using progress = new Progress(io, level);
  const trace = { tell: progress.debug, output: tells(level, 'trace') };
  const runner = tells(level, 'debug') ? tracedRunner(localRunner, trace) : localRunner;
  return await use({ runner, env: io.env }, { signal, report: progress.report, endProgress: progress.end });
}

/** What declarative commands work with. */
export interface DeclaredHost {
  readonly client: LocalClient;
  readonly store: ObjectStore;
  readonly objects: ObjectClient;
  readonly paths: Paths;
  readonly deps: SyncDeps;
  readonly op: ClientOperation;
}

/** For commands that declare: the engine, the store and what applies manifests to them. */
export async function withDeclaredHost<T>(
  invocation: Invocation,
  use: (host: DeclaredHost) => Promise<T>,
  options: { readonly freesSpace?: boolean } = {},
): Promise<T> {
  const [{ declaredHost }, { openStore }, { objectClient }, { sourceWorker }] = await Promise.all([
    import('@ignite/engine/operations/declare/declared-host'),
    import('@ignite/engine/tools/store/open-store'),
    import('@ignite/engine/tools/store/object-client'),
    import('@ignite/legacy/source-worker-file'),
  ]);
  const paths = pathsOf(invocation.flags, invocation.io.env);
  const work = async (client: LocalClient, op: ClientOperation): Promise<T> => {
    using store = await openStore(paths);
    const objects = objectClient(store, paths, tellBroken(op));
    return await use({
      client,
      store,
      objects,
      paths,
      deps: declaredHost(client, { objects, sourceWorker }),
      op,
    });
  };
  return await withClient(invocation, work, options);
}
