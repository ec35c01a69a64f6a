/** Where a VM shall be brought. */
export type Goal =
  | { readonly kind: 'running' }
  /** With vCPUs that stand still. */
  | { readonly kind: 'paused' }
  /** `graceMs` 0 ends the VMM at once. */
  | { readonly kind: 'stopped'; readonly graceMs: number }
  /** It has ended, and is about to start again: what it needs for that stays. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'gone' };

/** What is really there of a VM, whatever the store says. */
export interface ObservedVm {
  readonly files: boolean;
  readonly disk: boolean;
  readonly keys: boolean;
  readonly network: 'absent' | 'partial' | 'attached';
  readonly sandbox: 'absent' | 'partial' | 'running' | 'exited';
  /** Whether its VMM is there, but was not told to start the guest. */
  readonly halfBooted: boolean;
  /** Its vCPUs may stand still: it is recorded as paused before they do. */
  readonly paused: boolean;
  /** Whether its guest has been told to make do with other memory than it shall have. */
  readonly isMemoryOff: boolean;
  /** Whether folders are shared, or were. */
  readonly shares: boolean;
}

/** What a VM asks for beyond what every VM has. */
export interface VmNeeds {
  readonly volumes: boolean;
  readonly files: boolean;
  readonly folders: boolean;
}

const nothing: VmNeeds = { volumes: false, files: false, folders: false };

export type VmStep =
  | { readonly kind: 'create-keys' }
  | { readonly kind: 'create-disk' }
  | { readonly kind: 'grow-disk' }
  | { readonly kind: 'attach-network' }
  | { readonly kind: 'publish-ports' }
  | { readonly kind: 'resize-memory' }
  | { readonly kind: 'prepare-volumes' }
  | { readonly kind: 'write-seed' }
  | { readonly kind: 'share-folders' }
  | { readonly kind: 'launch' }
  | { readonly kind: 'record-start' }
  | { readonly kind: 'record-pause' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'press-power-button'; readonly graceMs: number }
  | { readonly kind: 'kill' }
  | { readonly kind: 'record-exit' }
  | { readonly kind: 'unshare-folders' }
  | { readonly kind: 'remove-sandbox' }
  | { readonly kind: 'release-volumes' }
  | { readonly kind: 'detach-network' }
  | { readonly kind: 'record-stop' }
  | { readonly kind: 'remove-files' }
  | { readonly kind: 'forget' };

/** Pure: same inputs, same steps. Each step is idempotent, so a plan cut short is finished by planning again. */
export function planVm(goal: Goal, have: ObservedVm, needs: VmNeeds = nothing): readonly VmStep[] {
  switch (goal.kind) {
    case 'running':
      return planRunning(have, needs);
    case 'paused':
      return [
        ...(hasBooted(have) ? [] : planRunning(have, needs)),
        { kind: 'record-pause' },
        { kind: 'pause' },
      ];
    case 'restarting':
      return [
        ...when(have.shares, { kind: 'unshare-folders' }),
        ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
      ];
    case 'stopped':
      return [...planStopped(goal.graceMs, have, needs), { kind: 'record-stop' }];
    case 'gone':
      return [
        ...planStopped(0, have, needs),
        ...when(have.files, { kind: 'remove-files' }),
        { kind: 'forget' },
      ];
  }
}

const hasBooted = ({ sandbox, halfBooted }: ObservedVm): boolean => sandbox === 'running' && !halfBooted;

function planRunning(have: ObservedVm, needs: VmNeeds): VmStep[] {
  if (hasBooted(have)) {
    return [
      // A change of ports that was cut short is finished; where there was none nothing is done.
      { kind: 'publish-ports' },
      ...when(have.isMemoryOff, { kind: 'resize-memory' }),
      ...when(have.paused, { kind: 'resume' }),
      { kind: 'record-start' },
    ];
  }
  return [
    ...clearSandbox(have),
    ...when(!have.keys, { kind: 'create-keys' }),
    { kind: have.disk ? 'grow-disk' : 'create-disk' },
    // What an earlier boot or a half-done attachment left has stale devices or none: attached anew, same address.
    ...when(have.network === 'partial', { kind: 'detach-network' }),
    ...when(have.network !== 'attached', { kind: 'attach-network' }),
    ...when(have.network === 'attached', { kind: 'publish-ports' }),
    ...when(needs.volumes, { kind: 'prepare-volumes' }),
    { kind: 'write-seed' },
    ...when(needs.folders, { kind: 'share-folders' }),
    { kind: 'launch' },
    { kind: 'record-start' },
  ];
}

function planStopped(graceMs: number, have: ObservedVm, needs: VmNeeds): VmStep[] {
  return [
    // A guest whose vCPUs stand still does not feel the button.
    ...when(have.sandbox === 'running' && graceMs > 0 && have.paused, { kind: 'resume' }),
    ...when(hasBooted(have) && graceMs > 0, { kind: 'press-power-button', graceMs }),
    ...when(have.sandbox === 'running', { kind: 'kill' }),
    ...when(have.sandbox === 'running' || have.sandbox === 'exited', { kind: 'record-exit' }),
    ...when(have.shares, { kind: 'unshare-folders' }),
    ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
    ...when(needs.files, { kind: 'release-volumes' }),
    ...when(have.network !== 'absent', { kind: 'detach-network' }),
  ];
}

function clearSandbox(have: ObservedVm): VmStep[] {
  return [
    ...when(have.sandbox === 'running', { kind: 'kill' }),
    ...when(have.sandbox === 'exited', { kind: 'record-exit' }),
    ...when(have.shares, { kind: 'unshare-folders' }),
    ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
  ];
}

const when = (condition: boolean, step: VmStep): VmStep[] => (condition ? [step] : []);
