import { coldReason } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import type { Invocation } from '../../arguments/command.ts';
import { isForOtherHost, ownCommand, pathsOf } from '../../context.ts';

/** Runs a command with the least part of CPUs and disks that are short. */
const yielding = ['nice', '-n', '19', 'ionice', '-c', '3'];

/** Has a template made for VMs like one of this host that has booted, by a process that nobody waits for. */
export async function warmLater(vm: Vm, invocation: Invocation): Promise<void> {
  if (vm.spec.source !== undefined || coldReason(vm) !== undefined || isForOtherHost(invocation)) return;
  const { spawnDetached } = await import('@ignite/toolkit/process/spawn-detached'); // a listing does not wait for it
  const paths = pathsOf(invocation.flags, invocation.io.env);
  const like = `--like=${vm.metadata.namespace}/${vm.metadata.name}`;
  spawnDetached([...yielding, ...ownCommand(paths), 'warm', '--background', like], paths.runDir);
}
