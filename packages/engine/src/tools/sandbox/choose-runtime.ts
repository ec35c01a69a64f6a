import type { ClientOperation } from '@ignite/api/client/progress';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import { probeDaemon } from '../container-engine/engine-probe.ts';

/**
 * Returns the runtime that a flag or the host's configuration asks for. If this host lacks that daemon, it is
 * conmon, with a warning, because scripts for the original Ignite name a daemon that VMs no longer need.
 */
export async function chooseRuntime(
  wanted: SandboxRuntime | undefined,
  env: NodeJS.ProcessEnv,
  { report }: Pick<ClientOperation, 'report'>,
): Promise<SandboxRuntime | undefined> {
  if (wanted === undefined || wanted === 'conmon') return wanted;
  const probe = await probeDaemon(wanted, env);
  if (probe.usable) return wanted;
  report({
    kind: 'warning',
    message: `${wanted} ${probe.found}: using conmon instead; to fix this: ${probe.cure}`,
  });
  return 'conmon';
}
