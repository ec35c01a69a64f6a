import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { diffFields, dottedPath } from '@ignite/toolkit/diff/field-change';
import { kernelFor } from '../kernel/kernel-objects.ts';
import type { LocalHost } from '../client/local-client.ts';
import { assertNetworkFits } from '../vm/attach-network.ts';
import { recordWrite } from '../vm/vm-events.ts';
import { archOf, assertMachine } from '../vm/vm-machine.ts';
import { listVms } from '../vm/list-objects.ts';
import { changeVm } from '../vm/vm-store.ts';
import type { VmDefinition } from './vm-actuator.ts';
import { vmEffectOf } from './vm-effect.ts';

/**
 * Writes what is wanted of a VM; of what runs the ports alone are changed, and what else waits for its next start is
 * noted. The caller holds the VM's lock, and has validated the definition.
 */
export async function redefineVm(
  found: Vm,
  { labels, annotations, spec }: VmDefinition,
  host: LocalHost,
  op: ClientOperation,
): Promise<Vm> {
  const { uid } = found.metadata;
  await assertNetworkFits(
    { uid, network: spec.network, annotations },
    await listVms(host.store),
    host.network,
  );
  const arch = archOf(found);
  assertMachine(spec, arch);
  const kernel =
    spec.kernel.oci === found.spec.kernel.oci
      ? undefined
      : await kernelFor(spec.kernel.oci, { arch }, host, op);
  await host.network.changePorts(uid, spec.network.ports, op.signal);
  const isUp = (await host.sandbox.observe(uid)).state === 'running';
  const changes = [
    ...diffFields(found.metadata.labels, labels, '/metadata/labels'),
    ...diffFields(found.spec, { ...spec, power: found.spec.power }, '/spec'),
  ];
  const waiting = isUp ? changes.filter((change) => vmEffectOf(change) === 'restart') : [];
  const redefined = await changeVm(host.store, found, (now) => {
    const pending = [
      ...new Set([...(now.status.pending ?? []), ...waiting.map(({ path }) => dottedPath(path))]),
    ];
    return {
      spec: { ...spec, power: now.spec.power },
      labels,
      annotations,
      status: {
        ...now.status,
        ...(kernel && { kernel: { id: kernel.status.id, version: kernel.status.version } }),
        ...(pending.length > 0 && { pending }),
      },
    };
  });
  const paths = changes.map(({ path }) => dottedPath(path));
  if (paths.length > 0) await recordWrite(redefined, { reason: 'Updated', message: paths.join(', ') }, host);
  return redefined;
}
