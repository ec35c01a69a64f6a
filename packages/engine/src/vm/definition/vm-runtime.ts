import { askedOf, usualPlugin, withAsked } from '@ignite/api/v1/asked';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import { chooseRuntime } from '../../tools/sandbox/choose-runtime.ts';
import { changeVm } from '../../tools/store/vm-objects.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Returns the spec with the requested runtime, or with conmon if this host lacks that runtime. */
export async function withRuntime(
  spec: VmSpec,
  wanted: SandboxRuntime | undefined,
  { env }: { readonly env: NodeJS.ProcessEnv },
  op: ClientOperation,
): Promise<VmSpec> {
  const runtime = await chooseRuntime(wanted, env, op);
  return runtime === undefined ? spec : { ...spec, sandbox: { ...spec.sandbox, runtime } };
}

/**
 * Records the requested runtime of a VM, if any. If the VM runs, the user is told that it keeps its own
 * runtime until its next start.
 */
export async function recordRuntime(
  vm: Vm,
  wanted: SandboxRuntime | undefined,
  host: Pick<VmPorts, 'objects' | 'sandbox'> & { readonly env: NodeJS.ProcessEnv },
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
  return await changeVm(host.objects, vm, (now) => ({ spec: { ...now.spec, sandbox } }));
}

/** The VM with the network plugin recorded that was asked for, if any. */
export async function recordPlugin(
  vm: Vm,
  networkPlugin: string | undefined,
  { objects }: Pick<VmPorts, 'objects'>,
): Promise<Vm> {
  const { networkPlugin: before = usualPlugin } = askedOf(vm.metadata);
  if (networkPlugin === undefined || networkPlugin === before) return vm;
  return await changeVm(objects, vm, ({ metadata }) => ({
    annotations: withAsked(metadata.annotations, { networkPlugin }),
  }));
}
