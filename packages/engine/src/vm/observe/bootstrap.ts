import { closeSync, openSync, readSync } from 'node:fs';
import { awaitsBootstrap } from '@ignite/api/v1/awaits-bootstrap';
import type { BootstrapStatus, Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { type Paths, vmFiles } from '../../tools/host/paths.ts';
import { statusSize } from '../../tools/vmm/machine.ts';
import { type GuestReport, parseGuestReports } from '../plan/exit-status.ts';

/** Returns a VM with what its guest has told of its user data, and the same VM if that is nothing new. */
export function withBootstrap(vm: Vm, paths: Paths): Vm {
  if (!awaitsBootstrap(vm) || !hasVmm(vm)) return vm;
  const report = parseGuestReports(readReports(vmFiles(paths, vm.metadata.uid).exitStatus)).findLast(
    (each) => each.kind === 'bootstrap',
  );
  return report ? { ...vm, status: { ...vm.status, bootstrap: bootstrapStatus(report) } } : vm;
}

function bootstrapStatus({
  state,
  code,
  output,
}: Extract<GuestReport, { kind: 'bootstrap' }>): BootstrapStatus {
  switch (state) {
    case 'running':
      return { state: 'Running', output };
    case 'done':
      return { state: code === 0 ? 'Done' : 'Failed', output };
    case 'refused':
      return { state: 'Refused', output };
    case 'cloud-init':
      return { state: 'CloudInit', output: '' };
  }
}

/** The VMM may have made the file larger than the disk that it was given. */
function readReports(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    using _ = { [Symbol.dispose]: () => closeSync(descriptor) };
    const reports = Buffer.alloc(statusSize);
    return reports.toString('utf8', 0, readSync(descriptor, reports));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw failure;
  }
}
