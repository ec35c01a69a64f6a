import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { loadSavedState, readStateNote } from '../../tools/vmm/saved-state.ts';
import type { LaunchOptions } from '../launch-options.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { whileVmmRuns } from './boot-vmm.ts';
import { asBooted } from '../as-booted.ts';
import { launchVmm } from './launch-vm.ts';
import { machineOf, traitsOf } from './machine-of.ts';
import { assertStateFits, withoutIdentity } from './state-traits.ts';

/**
 * Launches the VMM of a VM and loads its saved state. The guest is paused afterwards.
 * @throws CodedError VMM_MISSING, KVM_NEEDED, VMM_FAILED, STATE_UNFIT, STATE_DAMAGED
 */
export async function loadVmState(
  vm: Vm,
  options: LaunchOptions,
  host: VmPorts,
  op: ClientOperation,
): Promise<void> {
  const { signal } = op;
  const guest = asBooted(vm);
  const { savedState, identityDue } = vmFiles(host.paths, vm.metadata.uid);
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  const note = await readStateNote(savedState);
  const onHost = await machineOf(guest, { loadsState: true }, host, signal);
  const { VMM: savedBy, ...saved } = note.traits;
  const found = await traitsOf(guest, onHost);
  if (existsSync(identityDue)) assertStateFits(withoutIdentity(saved), withoutIdentity(found));
  else assertStateFits(saved, found);
  await launchVmm(guest, onHost, options, host, op);
  const vmm = vmmOf(guest, host);
  await loadSavedState(savedState, note, (source) =>
    whileVmmRuns(guest, host, signal, async (ending) => {
      const version = await timed('wait for the VMM', op, () => vmm.version(sockets, ending));
      assertStateFits({ VMM: savedBy ?? '' }, { VMM: version });
      await timed('load memory', op, () => vmm.loadState(sockets, source, ending));
    }),
  );
}
