import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { clearDrafts, replaceFile } from '@ignite/toolkit/files/replace-file';
import { endProcess } from '@ignite/toolkit/process/pid';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type DnsmasqNetwork, type Lease, dnsmasqArgv, leaseFiles } from './dnsmasq-argv.ts';
import { dnsmasqPid } from './dnsmasq-pid.ts';

const folders = ['names', 'leases', 'options'] as const;

/**
 * Serves DHCP and DNS for one network with a single dnsmasq, which outlives this process and reads its
 * folders again by itself. It may have one caller at a time.
 */
export class Dnsmasq {
  readonly #dir: string;
  readonly #runner: Runner;
  readonly #resolvFile: string | undefined;

  constructor(dir: string, runner: Runner, resolvFile?: string) {
    this.#dir = dir;
    this.#runner = runner;
    this.#resolvFile = resolvFile;
  }

  /** Publishes a lease, and starts dnsmasq if it does not run. */
  async publish(lease: Lease, network: DnsmasqNetwork, signal: AbortSignal): Promise<void> {
    const files = leaseFiles(lease);
    // The options come first, because a guest may be answered as soon as its lease is there.
    for (const folder of [...folders].toReversed()) {
      await mkdir(join(this.#dir, folder), { recursive: true, mode: 0o755 });
      if (files[folder] !== '') await replaceFile(join(this.#dir, folder, lease.id), files[folder], 0o644);
    }
    if ((await this.#pid()) === undefined) {
      await this.#runner.run(
        { tool: 'dnsmasq', args: dnsmasqArgv(this.#dir, network, this.#resolvFile) },
        signal,
      );
    }
  }

  /** Changes the name of a lease. An unknown lease stays unknown. */
  async rename(lease: Lease): Promise<void> {
    if (!(await this.#leases()).includes(lease.id)) return;
    const { names, leases } = leaseFiles(lease);
    await replaceFile(join(this.#dir, 'leases', lease.id), leases, 0o644);
    await replaceFile(join(this.#dir, 'names', lease.id), names, 0o644);
    const pid = await this.#pid();
    if (pid !== undefined) process.kill(pid, 'SIGHUP'); // otherwise it would still serve the old content of the file
  }

  /** Removes a lease. The last removal also ends dnsmasq. */
  async withdraw(id: string, signal: AbortSignal): Promise<void> {
    for (const folder of folders) {
      await rm(join(this.#dir, folder, id), { force: true });
      await clearDrafts(join(this.#dir, folder));
    }
    const pid = await this.#pid();
    if ((await this.#leases()).length === 0) {
      // Until it is gone, the next one cannot listen on the same bridge.
      if (pid !== undefined) await endProcess(pid, signal);
      await rm(this.#dir, { recursive: true, force: true });
    } else if (pid !== undefined) process.kill(pid, 'SIGHUP'); // it notices new files by itself, but not their removal
  }

  /** Lists the leases, without the drafts of writers that were cut short. */
  async #leases(): Promise<readonly string[]> {
    return (await namesIn(join(this.#dir, 'leases'))).filter((name) => !name.startsWith('.'));
  }

  #pid(): Promise<number | undefined> {
    return dnsmasqPid(join(this.#dir, 'dnsmasq.pid'));
  }
}
