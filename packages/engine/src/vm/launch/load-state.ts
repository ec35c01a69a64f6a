import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { loadSavedState, readStateNote, savedMemory } from '../../tools/vmm/saved-state.ts';
import type { LaunchOptions } from '../launch-options.ts';
import type { VmPorts } from '../vm-ports.ts';
import { stateUnfit } from '../../tools/vmm/errors.ts';
import { archOf } from '../arch-of.ts';
import { vmmOf } from '../vmm-of.ts';
import { whileVmmRuns } from './boot-vmm.ts';
import { asBooted } from '../as-booted.ts';
import { launchVmm } from './launch-vm.ts';
import { machineOf, traitsOf } from './machine-of.ts';
import { assertStateFits, runsCommands, withoutIdentity } from './state-traits.ts';

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
  const { VMM: savedBy, ...saved } = note.traits;
  const path = await savedMemory(savedState, note);
  if (path !== undefined && !(await vmmOf(guest, host).mapsMemory(archOf(guest), host, signal)))
    throw stateUnfit('VMM', savedBy ?? '', 'one that cannot map its memory');
  const memory = path === undefined ? undefined : ({ path, use: 'private' } as const);
  const wanted = {
    loadsState: true,
    runsCommands: runsCommands(saved),
    ...(memory && { memory: memory.use }),
  };
  const onHost = { ...(await machineOf(guest, wanted, host, signal)), ...(memory && { memory }) };
  const found = await traitsOf(guest, onHost);
  if (existsSync(identityDue)) assertStateFits(withoutIdentity(saved), withoutIdentity(found));
  else assertStateFits(saved, found);
  await launchVmm(guest, onHost, options, host, op);
  const vmm = vmmOf(guest, host);
  await loadSavedState(savedState, note, (source) =>
    whileVmmRuns(guest, host, signal, async (ending) => {
      const version = await timed('wait for the VMM', op, () => vmm.version(sockets, ending));
      assertStateFits({ VMM: savedBy ?? '' }, { VMM: version });
      await timed('load memory', op, () =>
        vmm.loadState(sockets, source, { hasMemoryFile: memory !== undefined }, ending),
      );
    }),
  );
}
