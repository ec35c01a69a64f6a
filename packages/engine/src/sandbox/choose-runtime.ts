import type { ClientOperation } from '@ignite/api/client/progress';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import { probeDaemon } from '../host/daemon-probe.ts';

/**
 * The runtime that a flag or the host's configuration asks for. Where that is a daemon that this host has not, it is
 * conmon, with a warning: scripts for the original Ignite name one that VMs no longer need.
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
