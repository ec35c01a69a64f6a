import { scheme } from '@ignite/legacy/scheme';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hasGuest } from '@ignite/api/v1/vm-phase';
import { parsePortMappings } from '@ignite/api/v1/parse-port-mappings';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { keyText } from '@ignite/toolkit/object/object-key';
import type { SyncPlan } from '@ignite/toolkit/apply/plan-apply';
import type { Action } from '@ignite/toolkit/apply/action';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import type { Command, FlagValues, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import { fieldLines, renderPlan } from '../../render/plan.ts';
import { applyPlanned, planFor } from '../declare/apply.ts';
import { manifestText } from '../declare/manifest-text.ts';
import { wantedPower } from './wanted-power.ts';
import { parseCount } from './run.ts';

export const update: Command = {
  name: 'update',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Update the configuration of a VM',
  details: [
    'Shows what will change, and changes it. Labels, ports and the restart policy change immediately, and so does memory, up to what the VM was booted with: the guest is asked to give memory back. CPUs, more memory and the size of the disk change at the next start, or now with --restart-now. Disks can only grow, and their file systems grow with them.',
  ],
  examples: [
    'ignite update my-vm --memory 2GB --restart-now',
    'ignite update my-vm -l tier=web -l old-',
    'ignite update my-vm -p 8080:80 --restart always',
  ],
  flags: {
    ...namespaceFlags,
    cpus: { type: 'string', value: 'COUNT', help: 'number of CPUs' },
    memory: { type: 'string', value: 'SIZE', help: 'memory size (base 1024)' },
    size: { type: 'string', short: 's', value: 'SIZE', help: 'size of the root file system (base 1024)' },
    label: { type: 'list', short: 'l', value: 'KEY=VALUE', help: 'key/value label; KEY- removes it' },
    restart: {
      type: 'string',
      value: 'POLICY',
      help: 'restart policy: no, on-failure[:COUNT], always or unless-stopped',
    },
    ports: {
      type: 'list',
      short: 'p',
      value: 'MAPPING',
      help: 'replace all published ports by [ADDRESS:]HOST:VM[/udp], or by none',
    },
    'restart-now': { type: 'boolean', help: 'restart the VM if a change requires it' },
    'dry-run': { type: 'boolean', help: 'show what would be done, without doing it' },
    force: { type: 'boolean', help: 'also change a VM that a Sync owns; the Sync may revert the changes' },
  },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const patch = specPatch(flags);
    const labels = flags.list('label').map(parseLabelChange);
    if (Object.keys(patch).length === 0 && labels.length === 0)
      throw usageError('update requires at least one change', 'see "ignite update --help"');
    return await withDeclaredHost(invocation, async (host) => {
      const vm = await host.client.vms.find(args[0]!, signal);
      const plan = await planFor([await definitionOf(vm, patch, labels, host, signal)], invocation, host);
      const [action] = plan.stages.flat();
      if (action === undefined || action.kind === 'unchanged') {
        const { pending = [] } = vm.status;
        const waiting = pending.length > 0 ? `; changes at the next start: ${pending.join(', ')}` : '';
        io.err.write(`no changes made${waiting}\n`);
        return 0;
      }
      return await carryOut(plan, action, vm, invocation, host);
    });
  },
};

async function carryOut(
  plan: SyncPlan,
  action: Action,
  vm: Vm,
  invocation: Invocation,
  host: DeclaredHost,
): Promise<number> {
  const { flags, io } = invocation;
  if (action.kind === 'replace') throw needsNewVm(vm, action);
  const isDeferred =
    action.kind === 'change' &&
    action.effect === 'restart' &&
    action.held === undefined &&
    hasGuest(vm) &&
    !flags.isSet('restart-now');
  if (!isDeferred) {
    io.out.write(renderPlan(plan, io.isColoured));
    return flags.isSet('dry-run')
      ? 0
      : await applyPlanned(plan, invocation, host, (text) => io.out.write(text));
  }
  io.out.write(deferredText(action, host));
  if (flags.isSet('dry-run')) return 0;
  const { metadata, spec } = action.wanted;
  // The scheme's schema of the kind has made it so.
  const definition = { labels: metadata.labels, annotations: metadata.annotations, spec: spec as VmSpec };
  await host.client.vms.redefine(vm.metadata.uid, definition, host.op);
  io.out.write(`${keyText(action.key)} updated; some changes take effect at the next start\n`);
  return 0;
}

type ChangeAction = Action & { readonly kind: 'change' };

/** As a plan, with what waits marked. */
function deferredText({ key, changes, live }: ChangeAction, { syncs: { deps } }: DeclaredHost): string {
  const lines = fieldLines(changes).map((line, at) => {
    const waits = deps.actuator.effectOf(key.kind, changes[at]!, live) === 'restart';
    return `${line}${waits ? '   (at the next start)' : ''}`;
  });
  return [`~ ${keyText(key)}: changed`, ...lines].map((line) => `${line}\n`).join('');
}

/** The VM as it is, with what is to be changed. @throws CodedError MANIFEST_INVALID */
async function definitionOf(
  vm: Vm,
  patch: object,
  labels: readonly LabelChange[],
  { syncs: { deps } }: DeclaredHost,
  signal: AbortSignal,
): Promise<Manifest> {
  const live = (await deps.actuator.observe(signal)).find(
    ({ kind, metadata }) => kind === 'VM' && metadata.uid === vm.metadata.uid,
  );
  const power = wantedPower(vm, ((live ?? vm).spec as VmSpec).power);
  const kept = Object.entries(vm.metadata.labels).filter(([name]) => !labels.some(({ key }) => key === name));
  const added = labels.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
  const text = manifestText({
    ...vm,
    metadata: { ...vm.metadata, labels: Object.fromEntries([...kept, ...added]) },
    spec: mergePatch({ ...vm.spec, power }, patch),
  });
  return decodeManifests(text, `VM "${vm.metadata.name}"`, scheme)[0]!;
}

/** The fields that flags name. */
function specPatch(flags: FlagValues): object {
  const [cpus, memory, size] = [flags.text('cpus'), flags.text('memory'), flags.text('size')];
  const restartPolicy = flags.text('restart');
  const ports = flags.list('ports');
  const isNone = ports.length === 1 && ports[0] === 'none';
  return {
    ...(cpus !== undefined && { cpus: parseCount(cpus) }),
    ...(memory !== undefined && { memory }),
    ...(size !== undefined && { diskSize: size }),
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(ports.length > 0 && { network: { ports: isNone ? [] : parsePortMappings(ports) } }),
  };
}

interface LabelChange {
  readonly key: string;
  /** Absent: it goes. */
  readonly value?: string;
}

function parseLabelChange(text: string): LabelChange {
  const [, key, value] = /^([^=]+?)(?:=(.*)|-)$/s.exec(text) ?? [];
  if (key === undefined)
    throw usageError(
      `--label ${JSON.stringify(text)}: not a change of a label`,
      'use --label KEY=VALUE, or --label KEY- to remove a label',
    );
  return { key, ...(value !== undefined && { value }) };
}

type UpdateErrorCode = 'UPDATE_INVALID';

function needsNewVm({ metadata: { name } }: Vm, { changes }: Action): CodedError {
  const fields = fieldLines(changes).map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
  return new CodedError<UpdateErrorCode>(
    'UPDATE_INVALID',
    `VM "${name}" cannot be updated: ${fields.join(', ')} requires a new VM`,
    {
      hint: 'disks can only grow; "ignite apply --replace" replaces a VM and its disk',
    },
  );
}
