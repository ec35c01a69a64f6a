import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess } from '@ignite/toolkit/process/pid';
import type { Runner } from '@ignite/toolkit/process/runner';
import { linkBatch } from '../link/link-batch.ts';
import { netnsName } from '../link/netns.ts';
import { dnsmasqPid } from './dnsmasq-pid.ts';
import { type NamespaceLease, namespaceDhcpArgv, serverAddress } from './namespace-dhcp-argv.ts';

/**
 * Serves DHCP to guests whose network has no server on this host: with a dnsmasq in the VM's own namespace,
 * without DNS.
 */
export class NamespaceDhcp {
  readonly #dir: string;
  readonly #runner: Runner;

  constructor(dir: string, runner: Runner) {
    this.#dir = dir;
    this.#runner = runner;
  }

  async serve(uid: string, leases: readonly NamespaceLease[], signal: AbortSignal): Promise<void> {
    const dir = join(this.#dir, uid);
    await mkdir(dir, { recursive: true, mode: 0o755 });
    const addresses = leases.map(({ at }) => `address replace ${serverAddress(at)}/32 dev br${at}`);
    await linkBatch(uid, addresses, { runner: this.#runner, signal });
    const args = ['netns', 'exec', netnsName(uid), 'dnsmasq', ...namespaceDhcpArgv(dir, leases)];
    await this.#runner.run({ tool: 'ip', args }, signal);
  }

  async stop(uid: string, signal: AbortSignal): Promise<void> {
    const pid = await dnsmasqPid(join(this.#dir, uid, 'dnsmasq.pid'));
    if (pid !== undefined) await endProcess(pid, signal);
    await rm(join(this.#dir, uid), { recursive: true, force: true });
  }
}
