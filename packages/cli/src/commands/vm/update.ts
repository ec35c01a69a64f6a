import { scheme } from '@ignite/api/scheme';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { parsePortMappings } from '@ignite/engine/network/address/parse-port-mappings';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { keyText } from '@ignite/toolkit/gitops/object-key';
import type { Action, SyncPlan } from '@ignite/toolkit/gitops/plan-sync';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import type { Command, FlagValues, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import { fieldLines, renderPlan } from '../../render/plan.ts';
import { applyPlanned, planFor } from '../declare/apply.ts';
import { manifestText } from '../declare/manifest-text.ts';
import { parseCount } from './run.ts';

export const update: Command = {
  name: 'update',
  arguments: 'VM',
  arity: { least: 1, most: 1 },
  summary: 'Change what a VM is given; says first what that does',
  details: [
    'Labels, ports and the restart policy change at once, and so does memory up to what the VM was booted with: its guest is asked to give it back. CPUs, more memory and the size of the disk change at the next start, which --restart-now has happen now. A disk only grows, and its file system with it.',
  ],
  examples: [
    'ignite update my-vm --memory 2GB --restart-now',
    'ignite update my-vm -l tier=web -l old-',
    'ignite update my-vm -p 8080:80 --restart always',
  ],
  flags: {
    cpus: { type: 'string', value: 'COUNT', help: 'how many CPUs' },
    memory: { type: 'string', value: 'SIZE', help: 'how much memory, in powers of 1024' },
    size: { type: 'string', short: 's', value: 'SIZE', help: 'the size of its root file system' },
    label: { type: 'list', short: 'l', value: 'KEY=VALUE', help: 'a label; KEY- takes it away' },
    restart: {
      type: 'string',
      value: 'POLICY',
      help: 'start it again when it has ended: no, on-failure[:COUNT], always or unless-stopped',
    },
    ports: {
      type: 'list',
      short: 'p',
      value: 'MAPPING',
      help: 'publish [ADDRESS:]HOST:VM[/udp] in the place of all that is published, or none',
    },
    'restart-now': { type: 'boolean', help: 'stop and start it where a change needs that' },
    'dry-run': { type: 'boolean', help: 'say what would be done, and do nothing' },
    force: { type: 'boolean', help: 'also change a VM that a Sync owns, which that Sync may undo' },
  },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const patch = specPatch(flags);
    const labels = flags.list('label').map(parseLabelChange);
    if (Object.keys(patch).length === 0 && labels.length === 0)
      throw usageError('update needs something to change', 'see "ignite update --help"');
    return await withDeclaredHost(invocation, async (host) => {
      const vm = await host.client.vms.find(args[0]!, signal);
      const plan = await planFor([await definitionOf(vm, patch, labels, host, signal)], invocation, host);
      const [action] = plan.stages.flat();
      if (action === undefined || action.kind === 'unchanged') {
        const { pending = [] } = vm.status;
        const waiting =
          pending.length > 0 ? `; until it is stopped and started ${pending.join(', ')} waits` : '';
        io.err.write(`it is so already: nothing was changed${waiting}\n`);
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
    hasVmm(vm) &&
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
  io.out.write(`${keyText(action.key)} written; what waits takes effect once it is stopped and started\n`);
  return 0;
}

type ChangeAction = Action & { readonly kind: 'change' };

/** As a plan, with what waits marked. */
function deferredText({ key, changes, live }: ChangeAction, { deps }: DeclaredHost): string {
  const lines = fieldLines(changes).map((line, at) => {
    const waits = deps.actuator.effectOf(key.kind, changes[at]!, live) === 'restart';
    return `${line}${waits ? '   (at its next start)' : ''}`;
  });
  return [`~ ${keyText(key)}: changed`, ...lines].map((line) => `${line}\n`).join('');
}

/** The VM as it is, with what is to be changed. @throws CodedError MANIFEST_INVALID */
async function definitionOf(
  vm: Vm,
  patch: object,
  labels: readonly LabelChange[],
  { deps }: DeclaredHost,
  signal: AbortSignal,
): Promise<Manifest> {
  const live = (await deps.actuator.observe(signal)).find(
    ({ kind, metadata }) => kind === 'VM' && metadata.uid === vm.metadata.uid,
  );
  const { power } = (live ?? vm).spec as VmSpec;
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
      'write --label KEY=VALUE, or --label KEY- to take it away',
    );
  return { key, ...(value !== undefined && { value }) };
}

type UpdateErrorCode = 'UPDATE_INVALID';

function needsNewVm({ metadata: { name } }: Vm, { changes }: Action): CodedError {
  const fields = fieldLines(changes).map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
  return new CodedError<UpdateErrorCode>(
    'UPDATE_INVALID',
    `VM "${name}" cannot be changed so: ${fields.join(', ')} needs a new VM in its place`,
    {
      hint: 'a disk only grows; "ignite apply --replace" makes a new VM of a manifest, disk and all',
    },
  );
}
