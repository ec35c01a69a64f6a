import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { Runner } from '@ignite/toolkit/process/runner';

export interface Lease {
  readonly uid: string;
  readonly name: string;
  readonly mac: string;
  /** Without a prefix length. */
  readonly address: string;
}

export interface DnsmasqNetwork {
  readonly bridge: string;
  readonly gateway: string;
  readonly prefixLength: number;
}

/** Pure. See dnsmasq(8). Every address is leased by MAC alone, so a stranger on the bridge gets none. */
export function dnsmasqArgv(dir: string, network: DnsmasqNetwork): readonly string[] {
  return [
    '--conf-file=/dev/null',
    `--pid-file=${join(dir, 'dnsmasq.pid')}`,
    `--interface=${network.bridge}`,
    '--except-interface=lo',
    '--bind-dynamic',
    '--no-hosts',
    '--domain-needed',
    `--hostsdir=${join(dir, 'names')}`,
    `--dhcp-hostsdir=${join(dir, 'leases')}`,
    `--dhcp-range=${network.gateway},static,${netmask(network.prefixLength)},infinite`,
    `--dhcp-option=option:router,${network.gateway}`,
    `--dhcp-leasefile=${join(dir, 'dnsmasq.leases')}`,
    '--dhcp-authoritative',
    '--no-ping',
    '--log-facility=/dev/null',
    '--quiet-dhcp',
  ];
}

function netmask(prefixLength: number): string {
  return [24, 16, 8, 0].map((shift) => ((0xffffffff << (32 - prefixLength)) >>> shift) & 0xff).join('.');
}

/** DHCP and DNS for one bridge: a single dnsmasq, which outlives us and re-reads its two folders by itself. */
export class Dnsmasq {
  readonly #dir: string;
  readonly #runner: Runner;

  constructor(dir: string, runner: Runner) {
    this.#dir = dir;
    this.#runner = runner;
  }

  /** Tells of a lease and starts dnsmasq where it does not run. */
  async publish(lease: Lease, network: DnsmasqNetwork, signal: AbortSignal): Promise<void> {
    await Promise.all(
      ['names', 'leases'].map((name) => mkdir(join(this.#dir, name), { recursive: true, mode: 0o755 })),
    );
    await replaceFile(join(this.#dir, 'names', lease.uid), `${lease.address} ${lease.name}\n`, 0o644);
    await replaceFile(
      join(this.#dir, 'leases', lease.uid),
      `${lease.mac},${lease.address},${lease.name},infinite\n`,
      0o644,
    );
    if ((await this.#pid()) === undefined) {
      await this.#runner.run({ tool: 'dnsmasq', args: dnsmasqArgv(this.#dir, network) }, signal);
    }
  }

  async withdraw(uid: string): Promise<void> {
    await Promise.all(['names', 'leases'].map((name) => rm(join(this.#dir, name, uid), { force: true })));
    const pid = await this.#pid();
    if (pid !== undefined) process.kill(pid, 'SIGHUP'); // it notices new files by itself, but not their removal
  }

  async stop(): Promise<void> {
    const pid = await this.#pid();
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Of the dnsmasq that is ours, or undefined: a pid file may be older than the last reboot. */
  async #pid(): Promise<number | undefined> {
    const pidFile = join(this.#dir, 'dnsmasq.pid');
    try {
      const pid = Number((await readFile(pidFile, 'utf8')).trim());
      const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
      return argv.includes(`--pid-file=${pidFile}`) ? pid : undefined;
    } catch (failure) {
      if (['ENOENT', 'ESRCH'].includes((failure as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw failure;
    }
  }
}
