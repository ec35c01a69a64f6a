import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { type Trace, tracedRunner } from '@ignite/toolkit/process/traced-runner';
import type { EnginePorts } from './vm/engine-ports.ts';
import { thisHostOf } from './tools/host/host-settings.ts';
import { settleHostSettings } from './tools/host/settle-host-settings.ts';
import { claimFolders } from './tools/host/claim-folders.ts';
import type { ThisHost } from './tools/host/this-host.ts';
import { claimHost } from './tools/hosts/register-host.ts';
import { releaseBallast } from './tools/host/ballast.ts';
import { Ctr } from './tools/container-engine/ctr.ts';
import { containerdSocket, dockerSocket } from './tools/container-engine/engine-socket.ts';
import { DockerApi } from './tools/container-engine/docker-api.ts';
import { type Paths, locksDir, networkDir, vmFiles } from './tools/host/paths.ts';
import { networkSettings } from './tools/network/cni/settings.ts';
import { RoutedNetwork } from './tools/network/routed-network.ts';
import type { BringDeps } from './tools/oci/bring-image.ts';
import { ChosenSandbox } from './tools/sandbox/chosen-sandbox.ts';
import { ConmonSandbox } from './tools/sandbox/conmon-sandbox.ts';
import { containerdSandbox } from './tools/sandbox/containerd-sandbox.ts';
import { dockerSandbox } from './tools/sandbox/docker-sandbox.ts';
import type { Sandbox } from './tools/sandbox/sandbox.ts';
import { type OnBroken, openStore } from './tools/store/open-store.ts';
import { StoreAdministration } from './tools/store/store-administration.ts';
import { probeAccel } from './tools/vmm/accel.ts';
import { firecracker } from './tools/vmm/firecracker/firecracker.ts';
import { qemu } from './tools/vmm/qemu/qemu.ts';

export interface EngineOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  /** This program's own command line that cleans up after a VM that has ended. */
  readonly settleCommand: readonly string[];
  /** The receiver of traces of the tools that are run. */
  readonly trace?: Trace;
  /** Set for commands that free space, which must be able to write on a full disk. */
  readonly freesSpace?: boolean;
  /** Called for each damaged record of the store. */
  readonly onBroken?: OnBroken;
}

/** The composition root of the engine: the one place where adapters are chosen and connected. */
export async function openEnginePorts(options: EngineOptions): Promise<EnginePorts> {
  const { paths, env, settleCommand, trace } = options;
  const { freesSpace = false } = options;
  if (freesSpace) releaseBallast(paths);
  const [administration, self] = await openOwnStore(options);
  const runner = trace ? tracedRunner(localRunner, trace) : localRunner;
  const networks = networkSettings(env);
  const network = new RoutedNetwork(
    { ...networks, dir: networkDir(paths), locksDir: locksDir(paths), env },
    runner,
  );
  const engines = {
    ctr: new Ctr(runner, () => containerdSocket(env)),
    docker: new DockerApi(() => dockerSocket(env)),
  };
  return {
    paths,
    objects: administration.objects,
    administration,
    self,
    freesSpace,
    runner,
    network,
    networks,
    sandbox: sandboxes({ paths, env, runner, ...engines }),
    vmms: { qemu, firecracker },
    clock: systemClock,
    accel: probeAccel,
    settleCommand,
    guestDir: scriptsDir('guest'),
    streamsProgram: join(scriptsDir('host'), 'streams'),
    commandProgram: join(scriptsDir('host'), 'guest-command'),
    ...engines,
    env,
  };
}

/** Opens the store as the host that this data directory belongs to. */
async function openOwnStore(options: EngineOptions): Promise<readonly [StoreAdministration, ThisHost]> {
  const { paths, env, onBroken } = options;
  claimFolders(paths);
  const settings = settleHostSettings(paths, env);
  const self = thisHostOf(settings);
  using opened = new DisposableStack();
  const store = opened.use(await openStore(paths, onBroken));
  const administration = new StoreAdministration(store, { paths, self, ...(onBroken && { onBroken }) });
  if (!self.isAlone) await claimHost({ ...settings, paths, administration, clock: systemClock });
  opened.move();
  return [administration, self];
}

function sandboxes({ paths, env, runner, ctr, docker }: BringDeps): Sandbox {
  const { runDir } = paths;
  const consoleLog = join(scriptsDir('host'), 'console-log');
  return new ChosenSandbox(
    {
      conmon: new ConmonSandbox(runDir, runner),
      containerd: containerdSandbox({ runDir, consoleLog, env }, ctr),
      docker: dockerSandbox({ runDir, consoleLog }, docker),
    },
    (uid) => vmFiles(paths, uid).runtime,
  );
}

/** The first script of each folder, by which the folder is told from a source folder of the same name. */
const scripts = { guest: 'init', host: 'console-log' } as const;

/**
 * Returns the folder of scripts that run elsewhere: beside the bundle when installed, at the top of the
 * repository otherwise.
 */
function scriptsDir(name: keyof typeof scripts): string {
  const here = import.meta.dirname;
  const dirs = [join(here, name), join(here, '../../..', name)];
  const found = dirs.find((dir) => existsSync(join(dir, scripts[name])));
  if (found === undefined) throw new Error(`the ${name} scripts are missing beside ${here}`);
  return found;
}
