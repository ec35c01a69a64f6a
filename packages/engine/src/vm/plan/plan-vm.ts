import type { LaunchOptions } from '../launch-options.ts';

/** The state to which a VM is to be brought. */
export type Goal =
  /** Its image and kernel are here. */
  | { readonly kind: 'prepared' }
  | ({ readonly kind: 'running' } & LaunchOptions)
  /** The vCPUs are halted. */
  | ({ readonly kind: 'paused' } & Pick<LaunchOptions, 'cold'>)
  /** Its state is saved, and it has no VMM. */
  | { readonly kind: 'suspended' }
  /** It is down because somebody wants it to be. A `graceMs` of 0 ends the VMM at once. */
  | { readonly kind: 'stopped'; readonly graceMs: number }
  /** It is down, although nobody wants it to stay so. */
  | { readonly kind: 'down'; readonly graceMs: number }
  /** The VM has ended and is about to restart: it keeps what it needs for that. */
  | { readonly kind: 'restarting' }
  | { readonly kind: 'gone' };

/** The actual state of a VM, whatever the store says. */
export interface ObservedVm {
  readonly files: boolean;
  readonly disk: boolean;
  readonly keys: boolean;
  readonly seed: boolean;
  readonly network: 'absent' | 'partial' | 'attached';
  readonly sandbox: 'absent' | 'partial' | 'running' | 'exited';
  /** True if its VMM runs but was never told to start the guest. */
  readonly halfBooted: boolean;
  /** True if its vCPUs may be halted: it is recorded as paused before they are. */
  readonly paused: boolean;
  /** True if the state of its machine is saved. It is also paused then, or has no VMM. */
  readonly isSaved: boolean;
  /** True if its machine goes on from a snapshot, and its guest has yet to take its own identity. */
  readonly isIdentityDue: boolean;
  /** True if its guest should be told to use another amount of memory. */
  readonly isMemoryOff: boolean;
  /** True if folders are, or were, shared. */
  readonly shares: boolean;
}

/** The needs of a VM beyond those of every VM. */
export interface VmNeeds {
  /** True if its disk is that of a snapshot. */
  readonly source: boolean;
  /** True if it is not known yet from which image its disk is made. */
  readonly image: boolean;
  /** True if it is not known yet which kernel it boots. */
  readonly kernel: boolean;
  readonly volumes: boolean;
  readonly files: boolean;
  readonly folders: boolean;
}

const nothing: VmNeeds = {
  source: false,
  image: false,
  kernel: false,
  volumes: false,
  files: false,
  folders: false,
};

export type VmStep =
  /** The image and the kernel are those of the snapshot. */
  | { readonly kind: 'ensure-source' }
  | { readonly kind: 'ensure-image' }
  | { readonly kind: 'ensure-kernel' }
  | { readonly kind: 'create-keys' }
  /** It is the last step of its plan: how to go on depends on what the snapshot holds. */
  | { readonly kind: 'place-snapshot' }
  | { readonly kind: 'create-disk' }
  | { readonly kind: 'grow-disk' }
  /** `keepsMacs` asks for the MACs too that the VM had. */
  | { readonly kind: 'attach-network'; readonly keepsMacs?: true }
  | { readonly kind: 'publish-ports' }
  | { readonly kind: 'resize-memory' }
  | { readonly kind: 'prepare-volumes' }
  | { readonly kind: 'write-seed' }
  | { readonly kind: 'share-folders' }
  | ({ readonly kind: 'launch' } & LaunchOptions)
  /** Launches the VMM, which loads the saved state. The guest is paused afterwards. */
  | ({ readonly kind: 'load-state' } & LaunchOptions)
  | { readonly kind: 'record-load' }
  | { readonly kind: 'cut-links' }
  /** The guest takes its identity, and its links are joined. */
  | { readonly kind: 'give-identity' }
  /** Its guest was to take its identity and has not: a boot would let it reach others as it is. */
  | { readonly kind: 'refuse-identity' }
  | { readonly kind: 'save-state' }
  | { readonly kind: 'discard-state' }
  | { readonly kind: 'record-suspension' }
  | { readonly kind: 'record-start' }
  | { readonly kind: 'record-pause' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'press-power-button'; readonly graceMs: number }
  | { readonly kind: 'kill' }
  /** `byItself` tells that nobody has stopped the VMM. */
  | { readonly kind: 'record-exit'; readonly byItself?: true }
  | { readonly kind: 'unshare-folders' }
  | { readonly kind: 'remove-sandbox' }
  | { readonly kind: 'release-volumes' }
  | { readonly kind: 'detach-network' }
  | { readonly kind: 'record-stop' }
  | { readonly kind: 'record-down' }
  | { readonly kind: 'remove-files' }
  | { readonly kind: 'forget' };

/**
 * Pure. Plans the steps to a goal. Each step is idempotent, so an interrupted plan is finished by planning
 * again.
 */
export function planVm(goal: Goal, have: ObservedVm, needs: VmNeeds = nothing): readonly VmStep[] {
  switch (goal.kind) {
    case 'prepared':
      return planContent(have, needs);
    case 'running':
      return planRunning(goal, have, needs);
    case 'paused':
      return planPaused(goal, have, needs);
    case 'suspended':
      return planSuspended(have, needs);
    case 'restarting':
      return [
        ...when(have.shares, { kind: 'unshare-folders' }),
        ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
      ];
    case 'stopped':
      return [...planStopped(goal.graceMs, have, needs), { kind: 'record-stop' }];
    case 'down':
      return [...planStopped(goal.graceMs, have, needs), { kind: 'record-down' }];
    case 'gone':
      return [
        ...planStopped(0, have, needs),
        ...when(have.files, { kind: 'remove-files' }),
        { kind: 'forget' },
      ];
  }
}

const hasBooted = ({ sandbox, halfBooted }: ObservedVm): boolean => sandbox === 'running' && !halfBooted;

function planRunning(options: LaunchOptions, have: ObservedVm, needs: VmNeeds): VmStep[] {
  if (hasBooted(have)) {
    return [
      // This finishes a change of ports that was cut short, and does nothing otherwise.
      { kind: 'publish-ports' },
      ...when(have.isMemoryOff, { kind: 'resize-memory' }),
      ...discardState(have),
      ...goOn(have, have.paused),
      { kind: 'record-start' },
    ];
  }
  if (needs.source && !have.disk) return planPlacement(have, needs);
  if (have.isSaved) return planResumption(options, have, needs);
  if (have.isIdentityDue && options.cold !== true) return [{ kind: 'refuse-identity' }];
  const { awaitClientSeconds } = options;
  return [
    ...planContent(have, needs),
    ...clearSandbox(have),
    ...when(!have.keys, { kind: 'create-keys' }),
    { kind: have.disk ? 'grow-disk' : 'create-disk' },
    ...planNetwork(have, { kind: 'attach-network' }),
    ...when(needs.volumes, { kind: 'prepare-volumes' }),
    { kind: 'write-seed' },
    ...when(needs.folders, { kind: 'share-folders' }),
    { kind: 'launch', ...(awaitClientSeconds !== undefined && { awaitClientSeconds }) },
    { kind: 'record-start' },
  ];
}

/** A guest that goes on from its saved state stands still from the beginning, unless it has to take its own identity first. */
function planPaused(options: LaunchOptions, have: ObservedVm, needs: VmNeeds): VmStep[] {
  const isPlaced = have.disk || !needs.source;
  if (!hasBooted(have) && isPlaced && have.isSaved && !have.isIdentityDue)
    return planLoad(options, have, needs);
  return [
    ...(hasBooted(have) ? discardState(have) : planRunning(options, have, needs)),
    { kind: 'record-pause' },
    { kind: 'pause' },
  ];
}

function planPlacement(have: ObservedVm, needs: VmNeeds): VmStep[] {
  return [
    ...planContent(have, needs),
    ...clearSandbox(have),
    ...when(!have.keys, { kind: 'create-keys' }),
    { kind: 'place-snapshot' },
  ];
}

/** A guest that is not itself yet reaches nobody, and nobody reaches it, until it is. */
const goOn = ({ isIdentityDue }: ObservedVm, isHalted: boolean): VmStep[] => [
  ...when(isIdentityDue, { kind: 'cut-links' }),
  ...when(isHalted, { kind: 'resume' }),
  ...when(isIdentityDue, { kind: 'give-identity' }),
];

/**
 * A partial attachment, from an earlier boot or an interrupted attempt, has stale devices or none. It is attached
 * again, with the same addresses.
 */
const planNetwork = ({ network }: ObservedVm, attach: VmStep): VmStep[] => [
  ...when(network === 'partial', { kind: 'detach-network' }),
  network === 'attached' ? { kind: 'publish-ports' } : attach,
];

const planResumption = (options: LaunchOptions, have: ObservedVm, needs: VmNeeds): VmStep[] => [
  ...planLoad(options, have, needs),
  ...goOn(have, true),
  { kind: 'record-start' },
];

/**
 * A guest that goes on finds its disks and its seed as it left them. One that goes on in another VM gets a seed of its own. The state is
 * discarded before the guest goes on, because the disks change then.
 */
function planLoad({ awaitClientSeconds }: LaunchOptions, have: ObservedVm, needs: VmNeeds): VmStep[] {
  return [
    ...planContent(have, needs),
    ...clearSaved(have),
    ...planNetwork(have, { kind: 'attach-network', keepsMacs: true }),
    ...when(needs.volumes, { kind: 'prepare-volumes' }),
    ...when(have.isIdentityDue || !have.seed, { kind: 'write-seed' }),
    { kind: 'load-state', ...(awaitClientSeconds !== undefined && { awaitClientSeconds }) },
    { kind: 'record-load' },
    { kind: 'discard-state' },
  ];
}

/** A suspended VM keeps its network, so that nobody else gets its addresses. */
function planSuspended(have: ObservedVm, needs: VmNeeds): VmStep[] {
  if (have.isSaved) return [...clearSaved(have), { kind: 'record-suspension' }];
  if (!hasBooted(have)) return [...planStopped(0, have, needs), { kind: 'record-stop' }];
  return [
    { kind: 'record-pause' },
    { kind: 'pause' },
    { kind: 'save-state' },
    ...clearSaved(have),
    { kind: 'record-suspension' },
  ];
}

/** A VMM whose guest is saved has nothing to tell about its end. */
const clearSaved = (have: ObservedVm): VmStep[] => [
  ...when(have.sandbox === 'running', { kind: 'kill' }),
  ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
];

/** What a suspension that was cut short has left goes too. */
const discardState = ({ isSaved, paused }: ObservedVm): VmStep[] =>
  when(isSaved || paused, { kind: 'discard-state' });

/** The source of a VM counts until it has a disk. */
function planContent({ disk }: ObservedVm, { source, image, kernel }: VmNeeds): VmStep[] {
  if (source && !disk) return when(image || kernel, { kind: 'ensure-source' });
  return [...when(image, { kind: 'ensure-image' }), ...when(kernel, { kind: 'ensure-kernel' })];
}

function planStopped(graceMs: number, have: ObservedVm, needs: VmNeeds): VmStep[] {
  const isRunning = have.sandbox === 'running';
  // A guest whose vCPUs are halted does not notice the power button.
  const isResumed = isRunning && graceMs > 0 && have.paused;
  return [
    ...discardState(have),
    ...when(isResumed && have.isIdentityDue && have.network === 'attached', { kind: 'cut-links' }),
    ...when(isResumed, { kind: 'resume' }),
    ...when(hasBooted(have) && graceMs > 0, { kind: 'press-power-button', graceMs }),
    ...when(isRunning, { kind: 'kill' }),
    ...when(isRunning, { kind: 'record-exit' }),
    ...when(have.sandbox === 'exited', { kind: 'record-exit', byItself: true }),
    ...when(have.shares, { kind: 'unshare-folders' }),
    ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
    ...when(needs.files, { kind: 'release-volumes' }),
    ...when(have.network !== 'absent', { kind: 'detach-network' }),
  ];
}

function clearSandbox(have: ObservedVm): VmStep[] {
  return [
    ...when(have.sandbox === 'running', { kind: 'kill' }),
    ...when(have.sandbox === 'exited', { kind: 'record-exit', byItself: true }),
    ...when(have.shares, { kind: 'unshare-folders' }),
    ...when(have.sandbox !== 'absent', { kind: 'remove-sandbox' }),
  ];
}

const when = (condition: boolean, step: VmStep): VmStep[] => (condition ? [step] : []);
