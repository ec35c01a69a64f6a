import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { type Trace, tracedRunner } from '@ignite/toolkit/process/traced-runner';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite';
import { type Paths, locksDir, networkDir, storePath } from './host/paths.ts';
import { LocalClient } from './client/local-client.ts';
import { defaultNetwork } from './network/conf-list.ts';
import { LocalNetwork } from './network/local-network.ts';
import { ConmonSandbox } from './sandbox/conmon-sandbox.ts';
import { probeAccel } from './vmm/accel.ts';
import { qemu } from './vmm/qemu/qemu.ts';

export interface LocalClientOptions {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  /** Our own command line, with which a VM that ends is cleared up after. */
  readonly settleCommand: readonly string[];
  /** Who is told of each tool that is run. */
  readonly trace?: Trace;
}

/** The composition root of the engine: the one place where adapters are chosen and put together. */
export function openLocalClient({ paths, env, settleCommand, trace }: LocalClientOptions): LocalClient {
  const runner = trace ? tracedRunner(localRunner, trace) : localRunner;
  const network = new LocalNetwork(
    {
      dir: networkDir(paths),
      locksDir: locksDir(paths),
      confDir: env['IGNITE_CNI_CONF_DIR'] ?? '/etc/cni/net.d',
      fallback: {
        name: env['IGNITE_CNI_NAME'] ?? defaultNetwork.name,
        bridge: env['IGNITE_CNI_BRIDGE'] ?? defaultNetwork.bridge,
        subnet: env['IGNITE_CNI_SUBNET'] ?? defaultNetwork.subnet,
      },
      env,
    },
    runner,
  );
  return new LocalClient({
    paths,
    store: openSqliteStore(storePath(paths)),
    runner,
    network,
    sandbox: new ConmonSandbox(paths.runDir, runner),
    vmm: qemu,
    accel: probeAccel,
    settleCommand,
    guestDir: guestDir(),
    insecureRegistries: (env['IGNITE_INSECURE_REGISTRIES'] ?? '').split(',').filter(Boolean),
  });
}

/** The scripts that run inside VMs: beside the bundle when installed, at the top of the repository otherwise. */
function guestDir(): string {
  const here = import.meta.dirname;
  const found = [join(here, 'guest'), join(here, '../../../guest')].find(existsSync);
  if (found === undefined) throw new Error(`the guest scripts are missing beside ${here}`);
  return found;
}
