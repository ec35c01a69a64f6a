import type { ClientOperation } from '@ignite/api/client/progress';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import { probeEngine } from '../container-engine/engine-probe.ts';

/**
 * Returns the runtime that a flag or the host's configuration asks for. If this host lacks that engine, it is
 * conmon, with a warning, because scripts for the original Ignite name a container engine that VMs no longer
 * need.
 */
export async function chooseRuntime(
  wanted: SandboxRuntime | undefined,
  env: NodeJS.ProcessEnv,
  { report }: Pick<ClientOperation, 'report'>,
): Promise<SandboxRuntime | undefined> {
  if (wanted === undefined || wanted === 'conmon') return wanted;
  const probe = await probeEngine(wanted, env);
  if (probe.usable) return wanted;
  report({
    kind: 'warning',
    message: `${wanted} ${probe.found}: using conmon instead; to fix this: ${probe.cure}`,
  });
  return 'conmon';
}
