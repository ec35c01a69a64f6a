import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { LegacyKind, LegacyObject, LegacyTree, LegacyVm } from './legacy-tree.ts';

interface Doing {
  readonly action: 'import';
  /** The name that it gets here. */
  readonly name: string;
  readonly note?: string;
}

/** What to do with one object, and why. */
export type ImportStep =
  | (Doing & { readonly kind: 'Image' | 'Kernel'; readonly object: LegacyObject })
  /** `imageUid` is the uid of the image below the VM's disk. */
  | (Doing & { readonly kind: 'VM'; readonly object: LegacyVm; readonly imageUid: string })
  | { readonly action: 'present'; readonly kind: LegacyKind; readonly name: string; readonly uid: string }
  | {
      readonly action: 'refuse';
      readonly kind: LegacyKind;
      readonly name: string;
      readonly uid: string;
      readonly note: string;
    };

export interface Known {
  readonly name: string;
  readonly uid: string;
}

/** The objects that the store has already. */
export interface KnownObjects {
  readonly Image: readonly Known[];
  readonly Kernel: readonly Known[];
  readonly VM: readonly Known[];
}

export interface ImportFacts {
  readonly tree: LegacyTree;
  readonly known: KnownObjects;
  /** The uids of VMs that the original still runs. */
  readonly alive: ReadonlySet<string>;
  /** The names or uids of the VMs to import with their images and kernels; `undefined` for everything. */
  readonly only?: readonly string[];
}

/** Pure. Plans the import. Images and kernels come before the VMs that need them. */
export function planImport({ tree, known, alive, only }: ImportFacts): readonly ImportStep[] {
  const isWanted = (vm: LegacyObject): boolean => !only || only.includes(vm.name) || only.includes(vm.uid);
  const vms = tree.vms.filter(isWanted);
  const isUsed = (field: 'image' | 'kernel', { name }: LegacyObject): boolean =>
    !only || vms.some(({ spec }) => spec[field].oci === name);
  const images = tree.images.filter((image) => isUsed('image', image));
  const kernels = tree.kernels.filter((kernel) => isUsed('kernel', kernel));
  const broken = tree.broken
    .filter(({ kind, uid }) => !only || (kind === 'VM' && only.includes(uid)))
    .map(({ kind, uid, problem }) => ({ kind, action: 'refuse', name: '', uid, note: problem }) as const);
  const imageUids = new Map(tree.images.map(({ name, uid }) => [name, uid]));
  return [
    ...images.map((image) => planContent('Image', image, known.Image)),
    ...kernels.map((kernel) => planContent('Kernel', kernel, known.Kernel)),
    ...vms.map((vm, at) => planVm(vm, [...known.VM, ...vms.slice(0, at).map(asHost)], { alive, imageUids })),
    ...broken,
  ];
}

/**
 * Plans the import of an image or kernel. If its name is taken, it gets another one, because VMs need exactly
 * this one.
 */
function planContent(kind: 'Image' | 'Kernel', object: LegacyObject, known: readonly Known[]): ImportStep {
  const { uid, name } = object;
  const same = known.find((each) => each.uid === uid);
  if (same) return { kind, action: 'present', ...same };
  if (!known.some((each) => each.name === name)) return { kind, action: 'import', object, name };
  return { kind, action: 'import', object, name: `${name}-${uid}`, note: `${name} already exists` };
}

function planVm(
  vm: LegacyVm,
  known: readonly Known[],
  {
    alive,
    imageUids,
  }: { readonly alive: ReadonlySet<string>; readonly imageUids: ReadonlyMap<string, string> },
): ImportStep {
  const { uid } = vm;
  const { name } = asHost(vm);
  const same = known.find((each) => each.uid === uid);
  if (same) return { kind: 'VM', action: 'present', ...same };
  const refuse = (note: string): ImportStep => ({ kind: 'VM', action: 'refuse', name: vm.name, uid, note });
  if (alive.has(uid)) return refuse('still running under the original Ignite: stop it there first');
  if (!isDnsLabel(name)) return refuse('its name is not a valid host name');
  if (known.some((each) => each.name === name)) return refuse(`another VM is named ${name}`);
  const imageUid = imageUids.get(vm.spec.image.oci);
  if (imageUid === undefined) return refuse(`its image ${vm.spec.image.oci} is missing`);
  return {
    kind: 'VM',
    action: 'import',
    object: vm,
    imageUid,
    name,
    ...(name !== vm.name && { note: `its name was ${vm.name}` }),
  };
}

/** The original allowed dots in names. */
const asHost = ({ uid, name }: LegacyObject): Known => ({ uid, name: name.replaceAll('.', '-') });
