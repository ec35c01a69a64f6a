import type { Runner } from '@ignite/toolkit/process/runner';

/** The chains that the portmap and firewall plugins make once, jump to, and never remove. */
const sharedChains: Readonly<Record<string, readonly string[]>> = {
  nat: ['CNI-HOSTPORT-DNAT', 'CNI-HOSTPORT-MASQ', 'CNI-HOSTPORT-SETMARK'],
  filter: ['CNI-FORWARD', 'CNI-ADMIN'],
};
/** Only these hold rules of attachments, or of an administrator; the others' rules are the same for all. */
const inUse = /^-A (CNI-HOSTPORT-DNAT|CNI-FORWARD|CNI-ADMIN) (?!.*-j CNI-ADMIN)/m;

/** Removes them where no attachment of any runtime on this host has a rule there. */
export async function removeUnusedCniChains(runner: Runner, signal: AbortSignal): Promise<void> {
  for (const table of Object.keys(sharedChains)) {
    const saved = (await runner.run({ tool: 'iptables-save', args: ['-t', table] }, signal)).stdout;
    const lines = planChainRemoval(table, saved);
    if (lines.length === 0) continue;
    const stdin = `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
    await runner.run({ tool: 'iptables-restore', args: ['--noflush', '--wait', '5'], stdin }, signal);
  }
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
