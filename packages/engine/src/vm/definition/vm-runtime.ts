import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { HostDaemon } from '../../host/errors.ts';
import { chooseRuntime } from '../../sandbox/choose-runtime.ts';
import { changeVm } from '../../store/vm-store.ts';
import type { VmHost } from '../vm-host.ts';

/** Pure. */
export const runtimeOf = (spec: VmSpec): SandboxRuntime => spec.sandbox?.runtime ?? 'conmon';

/** Pure. The daemon that runs the VM, if one does: it may hold its image too. */
export function daemonOf(spec: VmSpec): { readonly daemon?: HostDaemon } {
  const runtime = runtimeOf(spec);
  return runtime === 'conmon' ? {} : { daemon: runtime };
}

/** The spec with the runtime that was asked for, or with conmon where this host has not that. */
export async function withRuntime(
  spec: VmSpec,
  wanted: SandboxRuntime | undefined,
  { env }: { readonly env: NodeJS.ProcessEnv },
  op: ClientOperation,
): Promise<VmSpec> {
  const runtime = await chooseRuntime(wanted, env, op);
  return runtime === undefined ? spec : { ...spec, sandbox: { ...spec.sandbox, runtime } };
}

/** The VM with the runtime recorded that was asked for, if any; one that runs is told of keeping its own until then. */
export async function recordRuntime(
  vm: Vm,
  wanted: SandboxRuntime | undefined,
  host: Pick<VmHost, 'store' | 'sandbox'> & { readonly env: NodeJS.ProcessEnv },
  op: ClientOperation,
): Promise<Vm> {
  const { sandbox } = await withRuntime(vm.spec, wanted, host, op);
  if (!sandbox || sandbox.runtime === vm.spec.sandbox?.runtime) return vm;
  const { uid, name } = vm.metadata;
  if ((await host.sandbox.observe(uid)).state === 'running')
    op.report({
      kind: 'warning',
      message: `VM "${name}" is running: ${sandbox.runtime} will be used from its next start`,
    });
  return await changeVm(host.store, vm, (now) => ({ spec: { ...now.spec, sandbox } }));
}
