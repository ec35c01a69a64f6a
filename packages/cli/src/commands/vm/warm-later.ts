import type { Vm } from '@ignite/api/v1/vm';
import type { Invocation } from '../../arguments/command.ts';
import { isForOtherHost, ownCommand, pathsOf } from '../../context.ts';

/** Has a template made for VMs like one of this host, by a process that nobody waits for. */
export async function warmLater({ metadata }: Vm, invocation: Invocation): Promise<void> {
  if (isForOtherHost(invocation)) return;
  const { spawnDetached } = await import('@ignite/toolkit/process/spawn-detached'); // a listing does not wait for it
  const paths = pathsOf(invocation.flags, invocation.io.env);
  const like = `--like=${metadata.namespace}/${metadata.name}`;
  spawnDetached([...ownCommand(paths), 'warm', like], paths.runDir);
}
