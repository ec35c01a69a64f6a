import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Snapshot } from './snapshot.ts';
import type { Vm, VmSpec } from './vm.ts';

/** Marks a snapshot as a template, from which new VMs of its kind start. Its value tells the kind. */
export const templateLabel = 'ignite.weave.works/template';

/** Marks the VM of which a template is made, and names the lock that its maker holds. */
export const makingTemplateLabel = 'ignite.weave.works/making-template';

/** Marks the VM of a template that is made in the background, which gives way to other VMs. */
export const inBackgroundAnnotation = 'ignite.weave.works/in-background';

/** Names, in a VM that is to start from a template, that template. If it is lost before that, the VM boots. */
export const fromTemplateAnnotation = 'ignite.weave.works/from-template';

/** Says, in a VM that has booted although it could have started from a template, why none was made afterwards. */
export const noTemplateAnnotation = 'ignite.weave.works/no-template';

export const isTemplate = ({ metadata: { labels } }: Snapshot): boolean =>
  labels[templateLabel] !== undefined;

/**
 * Pure. Returns the spec of the VM of which a template is made, for a VM that is to start from it: the same machine, with nothing that
 * belongs to that VM.
 */
export function templateSpec(spec: VmSpec): object {
  const { arch, hostName, image, kernel, cpus, machine, memory, diskSize, network, sandbox } = spec;
  const { name, mode, interfaces } = network;
  return {
    ...(arch && { arch }),
    ...(hostName !== undefined && { hostName }),
    image,
    kernel,
    cpus,
    ...(machine && { machine }),
    memory,
    diskSize,
    ssh: { generateKey: true },
    network: {
      ...(name !== undefined && { name }),
      ...(mode && { mode }),
      interfaces: interfaces.map((each) => ({
        name: each.name,
        ...(each.network !== undefined && { network: each.network }),
        ...(each.mode && { mode: each.mode }),
      })),
    },
    ...(sandbox && { sandbox }),
  };
}

/** Pure. Returns why a VM whose image is known cannot start from a template, or undefined if it can. */
export function coldReason({ spec, status }: Pick<Vm, 'spec' | 'status'>): string | undefined {
  const { machine, storage, cloudInit } = spec;
  if (machine?.vmm === 'firecracker') return 'Firecracker does not save its memory';
  if (status.image?.bootMode === 'disk' || cloudInit !== undefined)
    return 'cloud-init gives it its identity as it boots';
  if (status.image?.bootMode !== 'init' || spec.command !== undefined)
    return 'its entrypoint begins as it boots';
  const [volume] = storage?.volumes ?? [];
  if (volume) return `its volume "${volume.name}" is mounted as it boots`;
  return undefined;
}

/** Pure. Returns what two VMs have in common if one can start from the template of the other. */
export const templateTraits = ({ spec, status }: Pick<Vm, 'spec' | 'status'>): string =>
  JSON.stringify([
    status.arch,
    status.image?.digest,
    status.kernel?.id,
    spec.kernel.cmdLine ?? '',
    [spec.cpus, spec.memory, spec.diskSize],
    [spec.machine?.vmm ?? '', spec.machine?.gic ?? ''],
    spec.network.interfaces.length,
  ]);

/** The limits of what templates take on a host. */
const most = 8;
const longestMs = 30 * 24 * 3_600_000;

/** Pure. Returns those of all snapshots that are templates and are to go. */
export const planTemplates = (snapshots: readonly Snapshot[], nowMs: number): readonly Snapshot[] =>
  outdatedTemplates(snapshots.filter(isTemplate), ({ metadata }) => metadata.labels[templateLabel]!, nowMs);

/**
 * Pure. Returns the templates that are to go: all but the newest of each kind, the oldest ones beyond a number, and those beyond an age.
 * @param kindOf tells the kind of a template among those of its namespace
 */
export function outdatedTemplates<T extends Pick<KubeObject, 'metadata'>>(
  all: readonly T[],
  kindOf: (template: T) => string,
  nowMs: number,
): readonly T[] {
  const made = ({ metadata }: T): number => Date.parse(metadata.creationTimestamp);
  const newest = new Map<string, T>();
  const templates = all.toSorted((a, b) => made(b) - made(a));
  for (const template of templates) {
    const kind = `${template.metadata.namespace}/${kindOf(template)}`;
    if (!newest.has(kind)) newest.set(kind, template);
  }
  const kept = [...newest.values()].slice(0, most).filter((each) => made(each) >= nowMs - longestMs);
  return templates.filter((template) => !kept.includes(template));
}
