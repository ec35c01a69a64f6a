import { createHash } from 'node:crypto';
import type { Runner } from '@ignite/toolkit/process/runner';

/** The chains that the portmap and firewall plugins make once, jump to, and never remove. */
const sharedChains: Readonly<Record<string, readonly string[]>> = {
  nat: ['CNI-HOSTPORT-DNAT', 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'],
  filter: ['CNI-FORWARD', 'CNI-ADMIN'],
};
/** Only these hold rules of attachments, or of an administrator; the others' rules are the same for all. */
const inUse = /^-A (CNI-HOSTPORT-DNAT|CNI-FORWARD|CNI-ADMIN) (?!.*-j CNI-ADMIN)/m;

/** Removes the chains that plugins share where no attachment of any runtime on this host has a rule there. */
export async function removeUnusedCniChains(runner: Runner, signal: AbortSignal): Promise<void> {
  for (const table of Object.keys(sharedChains)) {
    await change(table, (saved) => planChainRemoval(table, saved), runner, signal);
  }
}

/**
 * Removes the masquerading of one attachment. The bridge and ptp plugins find it at DEL by the address of the
 * namespace's device alone, and so miss it once a reboot, or a DEL that was cut short, took that.
 */
export async function removeMasquerade(
  network: string,
  containerId: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await change('nat', (saved) => planMasqueradeRemoval(network, containerId, saved), runner, signal);
}

/**
 * Makes the masquerading chain of one attachment, empty. With iptables-nft the bridge and ptp plugins fail at DEL where
 * an ADD was cut short before it made the chain.
 */
export async function ensureMasqueradeChain(
  network: string,
  containerId: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const stdin = `*nat\n:${masqueradeChain(network, containerId)} - [0:0]\nCOMMIT\n`;
  await runner.run({ tool: 'iptables-restore', args: ['--noflush', '--wait', '5'], stdin }, signal);
}

/** Pure. The plugins' own name for it (utils.FormatChainName). */
function masqueradeChain(network: string, containerId: string): string {
  const hash = createHash('sha512').update(`${network}${containerId}`).digest('hex').slice(0, 24);
  return `CNI-${hash}`;
}

async function change(
  table: string,
  plan: (saved: string) => readonly string[],
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const lines = plan((await runner.run({ tool: 'iptables-save', args: ['-t', table] }, signal)).stdout);
  if (lines.length === 0) return;
  const stdin = `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
  await runner.run({ tool: 'iptables-restore', args: ['--noflush', '--wait', '5'], stdin }, signal);
}

/** Pure. */
export function planMasqueradeRemoval(
  network: string,
  containerId: string,
  saved: string,
): readonly string[] {
  const chain = masqueradeChain(network, containerId);
  if (!new RegExp(`^:${chain} `, 'm').test(saved)) return [];
  const jumps = [...saved.matchAll(new RegExp(`^-A .*-j ${chain}$`, 'gm'))];
  return [...jumps.map(([rule]) => rule.replace(/^-A/, '-D')), `-F ${chain}`, `-X ${chain}`];
}

/** Pure: from what iptables-save printed of one table to lines for iptables-restore. */
export function planChainRemoval(table: string, saved: string): readonly string[] {
  const chains = (sharedChains[table] ?? []).filter((chain) => new RegExp(`^:${chain} `, 'm').test(saved));
  if (chains.length === 0 || inUse.test(saved)) return [];
  const isOurs = (chain: string | undefined): boolean => chain !== undefined && chains.includes(chain);
  const jumps = [...saved.matchAll(/^-A (\S+) .*-j (\S+)$/gm)].filter(
    ([, from, to]) => isOurs(to) && !isOurs(from),
  );
  return [
    ...jumps.map(([rule]) => rule.replace(/^-A/, '-D')),
    ...chains.map((chain) => `-F ${chain}`),
    ...chains.map((chain) => `-X ${chain}`),
  ];
}
