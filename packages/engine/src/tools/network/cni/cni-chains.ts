import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';

/** The chains that the portmap and firewall plugins create once, jump to, and never remove. */
const sharedChains: Readonly<Record<string, readonly string[]>> = {
  nat: ['CNI-HOSTPORT-DNAT', 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'],
  filter: ['CNI-FORWARD', 'CNI-ADMIN'],
};
/**
 * Only these chains contain rules of attachments or of an administrator. The rules of the others are always
 * the same.
 */
const inUse = /^-A (CNI-HOSTPORT-DNAT|CNI-FORWARD|CNI-ADMIN) (?!.*-j CNI-ADMIN)/m;

/** The version of IP. Each has its own filter tables and its own pair of tools. */
export type Family = 4 | 6;
const tool = (family: Family, verb: 'save' | 'restore'): string =>
  `ip${family === 6 ? '6' : ''}tables-${verb}`;

/** Removes the chains that plugins share, if no attachment of any runtime on this host has a rule there. */
export async function removeUnusedCniChains(runner: Runner, signal: AbortSignal): Promise<void> {
  for (const family of hostFamilies()) {
    for (const table of Object.keys(sharedChains)) {
      await change({ family, table }, (saved) => planChainRemoval(table, saved), runner, signal);
    }
  }
}

const hostFamilies = (): readonly Family[] => (existsSync('/proc/sys/net/ipv6') ? [4, 6] : [4]);

/**
 * Removes the masquerading of one attachment. At DEL, the bridge and ptp plugins find it only by the address
 * of the device in the namespace, so they miss it if a reboot or an interrupted DEL has removed the device.
 */
export async function removeMasquerade(
  { network, containerId, families }: MasqueradedAttachment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  for (const family of families) {
    const plan = (saved: string) => planMasqueradeRemoval(network, containerId, saved);
    await change({ family, table: 'nat' }, plan, runner, signal);
  }
}

/**
 * Creates the masquerading chain of one attachment, empty. With iptables-nft, the bridge and ptp plugins fail
 * at DEL if an interrupted ADD has not created the chain.
 */
export async function ensureMasqueradeChain(
  { network, containerId, families }: MasqueradedAttachment,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const lines = [`:${masqueradeChain(network, containerId)} - [0:0]`];
  for (const family of families) await restore({ family, table: 'nat' }, lines, runner, signal);
}

/** An interface of a container on a network, and the families of which it may have addresses. */
export interface MasqueradedAttachment {
  readonly network: string;
  readonly containerId: string;
  readonly families: readonly Family[];
}

interface Table {
  readonly family: Family;
  readonly table: string;
}

/** Pure. Returns the plugins' own name of the chain (utils.FormatChainName). */
function masqueradeChain(network: string, containerId: string): string {
  const hash = createHash('sha512').update(`${network}${containerId}`).digest('hex').slice(0, 24);
  return `CNI-${hash}`;
}

/**
 * Changes rules while others may change them too. All lines are applied or none; if one no longer applies,
 * the change is planned again.
 */
async function change(
  { family, table }: Table,
  plan: (saved: string) => readonly string[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const planned = async (): Promise<readonly string[]> =>
    plan((await runner.run({ tool: tool(family, 'save'), args: ['-t', table] }, signal)).stdout);
  for (let lines = await planned(); lines.length > 0;) {
    try {
      return await restore({ family, table }, lines, runner, signal);
    } catch (failure) {
      const now = await planned();
      if (!(failure instanceof ToolFailedError) || isDeepStrictEqual(now, lines)) throw failure;
      lines = now;
    }
  }
}

async function restore(
  { family, table }: Table,
  lines: readonly string[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const stdin = `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
  await runner.run({ tool: tool(family, 'restore'), args: ['--noflush', '--wait', '5'], stdin }, signal);
}

/** Pure. Plans the removal of the masquerading of one attachment. */
export function planMasqueradeRemoval(
  network: string,
  containerId: string,
  saved: string,
): readonly string[] {
  const chain = masqueradeChain(network, containerId);
  if (!new RegExp(`^:${chain} `, 'm').test(saved)) return [];
  return removal([chain], saved);
}

/**
 * Pure. Plans the removal of shared chains, from what iptables-save printed of one table, as lines for
 * iptables-restore.
 */
export function planChainRemoval(table: string, saved: string): readonly string[] {
  const chains = (sharedChains[table] ?? []).filter((chain) => new RegExp(`^:${chain} `, 'm').test(saved));
  if (chains.length === 0 || inUse.test(saved)) return [];
  return removal(chains, saved);
}

/**
 * Removes rule by rule: a chain that has got another rule meanwhile is not empty, and stays with all its
 * rules.
 */
function removal(chains: readonly string[], saved: string): readonly string[] {
  const rules = saved
    .split('\n')
    .filter((line) =>
      chains.some((chain) => line.startsWith(`-A ${chain} `) || line.endsWith(` -j ${chain}`)),
    );
  return [...rules.map((rule) => rule.replace('-A', '-D')), ...chains.map((chain) => `-X ${chain}`)];
}
