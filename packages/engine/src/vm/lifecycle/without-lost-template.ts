import { existsSync } from 'node:fs';
import { fromTemplateAnnotation } from '@ignite/api/v1/template';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { changeVm } from '../../tools/store/vm-objects.ts';
import { vmDisk } from '../disks/vm-disk.ts';
import { sourceOf } from '../steps/place-snapshot.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Returns the VM. If it was to start from a template that is not there any more, it boots from its image instead: whoever made it
 * has not asked for that template but for a fast start.
 */
export async function withoutLostTemplate(vm: Vm, host: VmPorts): Promise<Vm> {
  const { spec, metadata, status } = vm;
  const wanted = spec.source?.snapshot;
  if (wanted === undefined || metadata.annotations[fromTemplateAnnotation] !== wanted) return vm;
  if (status.image === undefined || existsSync(vmDisk(vm, host).path)) return vm;
  try {
    await sourceOf(vm, host);
    return vm;
  } catch (failure) {
    if (!hasCode(failure, 'SNAPSHOT_NOT_FOUND') && !hasCode(failure, 'SNAPSHOT_UNFIT')) throw failure;
    return await changeVm(host.objects, vm, (now) => {
      const { source: _source, ...rest } = now.spec;
      const { [fromTemplateAnnotation]: _template, ...annotations } = now.metadata.annotations;
      return { spec: rest, annotations };
    });
  }
}
