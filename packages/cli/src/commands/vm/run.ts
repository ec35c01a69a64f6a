import { resolve } from 'node:path';
import type { Client } from '@ignite/api/client/client';
import type { WarmRequest } from '@ignite/api/client/snapshot-client';
import { specFromSnapshot } from '@ignite/api/v1/spec-from-snapshot';
import type { CreateVmRequest, StartVmRequest } from '@ignite/api/client/vm-client';
import { defaultVmm, vmmNames } from '@ignite/api/v1/vm-machine';
import type { HostConfiguration } from '@ignite/api/configuration-file';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import { askedOf, withAsked } from '@ignite/api/v1/asked';
import type { VmFile } from '@ignite/api/vm-file';
import { mergePatch } from '@ignite/toolkit/patch/merge-patch';
import { archFlags, archOf } from '../../arguments/arch-flags.ts';
import type { Command, FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { envFlags, envOf } from '../../arguments/env-flags.ts';
import { labelsOf } from '../../arguments/labels.ts';
import { legacyFlags, legacySandboxFlags } from '@ignite/legacy/flags';
import { namespaceBeside } from '../../arguments/namespace.ts';
import { networkFlags, networkOf } from '../../arguments/network-flags.ts';
import { networkPluginNote, runtimeFlags, runtimeOf } from '../../arguments/runtime-flags.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { readConfiguration, registryConfig, registryFlags } from '../../configuration.ts';
import { isForOtherHost, withClient } from '../../context.ts';
import { foundSource } from '../../files/found-sources.ts';
import { carriedSpec } from '../../remote/carried-spec.ts';
import { createdText, printDone } from '../../render/message/done.ts';
import { tellNote } from '../../render/message/note.ts';
import { cloudInitFlags, cloudInitOf } from './cloud-init-flags.ts';
import { readVmFile } from './vm-file.ts';
import { runFromPool } from './run-from-pool.ts';
import { warmFlags, warmthOf } from './warm-flags.ts';
import { warmLater } from './warm-later.ts';
import { startedLine } from './started-line.ts';
import { withTimings } from './with-timings.ts';
import { storageOf, volumeFlags } from './volume-flags.ts';

export const createFlags: Flags = {
  config: { type: 'string', value: 'FILE', help: 'manifest of the VM; flags take precedence over it' },
  from: {
    type: 'string',
    value: 'SNAPSHOT',
    help: 'snapshot to make the VM from, instead of an image; flags for its network, name and labels still apply',
  },
  'keep-identity': {
    type: 'boolean',
    help: 'with --from and --router: the guest stays the VM of the snapshot, with the host name and addresses that cloud-init has given it, and goes on from its memory',
  },
  name: { type: 'string', short: 'n', value: 'NAME', default: 'generated', help: 'name of the VM' },
  ...namespaceBeside('name'),
  cpus: { type: 'string', value: 'COUNT', default: '1', help: 'number of CPUs' },
  memory: { type: 'string', value: 'SIZE', default: '512MB', help: 'memory size (base 1024)' },
  size: {
    type: 'string',
    short: 's',
    value: 'SIZE',
    default: '4GB',
    help: 'size of the root file system (base 1024)',
  },
  ssh: {
    type: 'optional',
    value: 'KEY.pub',
    help: 'allow SSH access with a generated key, or with the given public key',
  },
  ...networkFlags,
  'kernel-image': {
    type: 'string',
    short: 'k',
    value: 'KERNEL',
    default: "built from Debian's",
    help: 'kernel to boot',
  },
  'kernel-args': { type: 'string', value: 'ARGS', help: 'arguments to append to the kernel command line' },
  label: { type: 'list', short: 'l', value: 'KEY=VALUE', help: 'key/value label' },
  'copy-files': {
    type: 'list',
    short: 'f',
    value: 'HOST:VM',
    help: 'copy a file or directory into the VM at first boot',
  },
  ...envFlags,
  tty: { type: 'boolean', short: 't', help: 'allocate a pseudo-terminal for the entrypoint' },
  restart: {
    type: 'string',
    value: 'POLICY',
    help: 'restart policy: no, on-failure[:COUNT], always or unless-stopped',
    default: 'no',
  },
  'require-name': { type: 'boolean', help: 'fail if no name is given' },
  ...archFlags,
  vmm: {
    type: 'string',
    value: 'NAME',
    values: vmmNames,
    default: defaultVmm,
    help: 'program that runs the VM: qemu, or firecracker, which requires KVM',
  },
  gic: {
    type: 'string',
    value: 'VERSION',
    help: 'version of the interrupt controller of an arm64 VM: 2 or 3',
  },
  ...volumeFlags,
  ...cloudInitFlags,
  ...registryFlags,
  ...runtimeFlags,
  ...legacySandboxFlags,
  ...legacyFlags,
};

export const startFlags: Flags = {
  interactive: {
    type: 'boolean',
    short: 'i',
    help: 'attach to the streams of the entrypoint, or to the console',
  },
  timeout: { type: 'string', value: 'SECONDS', default: '600', help: 'seconds to wait for SSH' },
  debug: { type: 'boolean', short: 'd', help: 'keep the resources of a failed start, for debugging' },
  timings: { type: 'boolean', help: 'print how long each step took, to standard error' },
  'ignore-preflight-checks': {
    type: 'list',
    value: 'CHECK',
    help: 'ignore preflight checks that fail: ExistingFile, BinaryInPath, Port, the name of a check, or all',
  },
};

/**
 * Returns the options of a start that the flags describe.
 * @throws CodedError USAGE_INVALID
 */
export function startRequest(flags: FlagValues): StartVmRequest {
  const seconds = flags.seconds('timeout');
  return {
    ...(seconds !== undefined && { sshTimeoutMs: seconds * 1_000 }),
    ignorePreflightChecks: flags.list('ignore-preflight-checks').flatMap((list) => list.split(',')),
    keepFailed: flags.isSet('debug'),
    attaches: flags.isSet('interactive'),
  };
}

export const create: Command = {
  name: 'create',
  arguments: '[IMAGE] [-- COMMAND...]',
  arity: { least: 0, most: 1 },
  summary: 'Create a VM from an image, without starting it',
  examples: ['ignite create debian:12 --name my-vm --cpus 2 --memory 1GB'],
  flags: { ...createFlags, ...warmFlags },
  run: async (invocation) => {
    const [request, when] = [await createRequest(invocation), await warmthOf(invocation)];
    const vm = await withClient(invocation, async (client, op) => {
      const whole = await fromSnapshot(request, client, invocation);
      if (when === 'always') await client.snapshots.warm(warmRequest(whole), op);
      return await client.vms.create({ ...whole, warm: when }, op);
    });
    printDone(vm, createdText('VM', vm), invocation);
    return 0;
  },
};

export const run: Command = {
  name: 'run',
  arguments: '[IMAGE] [-- COMMAND...]',
  arity: { least: 0, most: 1 },
  summary: 'Create a VM from an image and start it',
  examples: [
    'ignite run debian:12 --cpus 2 --memory 1GB --ssh --name my-vm',
    'ignite run nginx -p 8080:80',
    'ignite run nginx -n prod --name web',
    'ignite run postgres -e POSTGRES_PASSWORD=secret -v data:/var/lib/postgresql',
    'ignite run -i alpine -- uname -a',
    'ignite run -i alpine --arch arm64 -- uname -m',
    'ignite run --pool workers --name web',
  ],
  flags: {
    ...createFlags,
    ...startFlags,
    ...warmFlags,
    pool: {
      type: 'string',
      value: 'POOL',
      help: 'pool to take a VM from that is ready, instead of an image; of other flags, those for the name, namespace and labels of the VM still apply',
    },
    detach: { type: 'boolean', help: 'do not attach to its console, which is so without --interactive' },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    if (flags.isSet('pool'))
      return await runFromPool(invocation, [...Object.keys(createFlags), 'warm'], startRequest(flags));
    const [request, starting] = [await createRequest(invocation), startRequest(flags)];
    const when = await warmthOf(invocation);
    return await withTimings(invocation, async (client, op) => {
      const whole = await fromSnapshot(request, client, invocation);
      if (when === 'always') await client.snapshots.warm(warmRequest(whole), op);
      const created = await client.vms.create({ ...whole, warm: when, preflight: starting }, op);
      if (!flags.isSet('interactive')) printDone(created, createdText('VM', created), invocation);
      const vm = await client.vms.start(created.metadata.uid, starting, op);
      if (when === 'auto') await warmLater(vm, invocation);
      if (flags.isSet('interactive')) {
        const { attachUntilEnd } = await import('./attach.ts');
        op.endProgress();
        return await attachUntilEnd(vm, client, invocation);
      }
      if (!flags.isSet('quiet')) io.out.write(startedLine(vm));
      return 0;
    });
  },
};

const warmRequest = ({ namespace, spec }: CreateVmRequest): WarmRequest => ({
  ...(namespace !== undefined && { namespace }),
  spec,
});

/**
 * Returns the request for a new VM. Flags take precedence over the file of `--config`, and the file over the
 * configuration's defaults for VMs.
 */
export async function createRequest(invocation: Invocation): Promise<CreateVmRequest> {
  const { flags } = invocation;
  const configuration = await readConfiguration(invocation);
  const { vmDefaults = {} } = configuration;
  const note = networkPluginNote(flags, configuration);
  if (note !== undefined) tellNote(note, invocation);
  const config = flags.text('config');
  const file = config === undefined ? undefined : await readVmFile(config, invocation);
  const given = { ...specOf(invocation), ...(await cloudInitOf(flags)) };
  const written = overridden(overridden(vmDefaults, file?.spec ?? {}), given);
  const spec = isForOtherHost(invocation) ? await carriedSpec(written) : written;
  const [wanted, otherwise] = [spec, file?.spec].map((each) => each?.image && familiarSource(each.image.oci));
  if (otherwise !== undefined && wanted !== undefined && otherwise !== wanted)
    tellNote(`${config}: image ${otherwise} is overridden by ${wanted} from the command line`, invocation);
  if (flags.isSet('from') && (invocation.args.length > 0 || config !== undefined))
    throw usageError('--from: a snapshot has an image already', 'omit the image and --config');
  if (spec.image === undefined && !flags.isSet('from'))
    throw usageError('no image given', 'name an image, or give a manifest with --config');
  const name = flags.text('name') ?? file?.name;
  const namespace = file?.namespace ?? invocation.namespace;
  if (flags.isSet('require-name') && name === undefined) {
    throw usageError('--require-name: no name given', 'add --name');
  }
  return {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    labels: { ...file?.labels, ...labelsOf(flags, 'label') },
    annotations: askedAnnotations(invocation, configuration, file?.annotations),
    spec,
    ...(await registryConfig(invocation)),
    ...runtimeOf(flags, configuration),
  };
}

/** Returns the request for a VM that is made from a snapshot, if it is. The defaults of the configuration do not apply then. */
async function fromSnapshot(
  request: CreateVmRequest,
  client: Client,
  { flags, signal, ...invocation }: Invocation,
): Promise<CreateVmRequest> {
  const query = flags.text('from');
  const isKept = flags.isSet('keep-identity');
  if (query === undefined && isKept)
    throw usageError('--keep-identity: there is no other VM', 'name a snapshot with --from');
  if (query === undefined) return request;
  const within = invocation.namespace === undefined || query.includes('/') ? '' : `${invocation.namespace}/`;
  const snapshot = await client.snapshots.find(`${within}${query}`, signal);
  const given = specOf({ ...invocation, flags, signal });
  const namespace = snapshot.metadata.namespace;
  if (invocation.namespace !== undefined && invocation.namespace !== namespace)
    throw usageError('--from: a VM is made in the namespace of its snapshot', `use -n ${namespace}`);
  const spec = overridden(specFromSnapshot(snapshot) as VmFile['spec'], given);
  return {
    ...request,
    namespace,
    spec: isKept ? { ...spec, source: { snapshot: snapshot.metadata.name, identity: 'Kept' } } : spec,
  };
}

/** Returns a spec with the fields that override it. The SSH access of one is never combined with that of another. */
function overridden(under: VmFile['spec'], over: VmFile['spec'] | object): VmFile['spec'] {
  const merged = mergePatch(under, over) as VmFile['spec'];
  return 'ssh' in over && over.ssh !== undefined ? { ...merged, ssh: over.ssh } : merged;
}

/**
 * Returns the annotations, which also record what was asked for without effect. Flags take precedence over
 * the file, and the file over the configuration.
 */
function askedAnnotations(
  { flags }: Invocation,
  { asked = {}, networkPlugin: configured }: HostConfiguration,
  ofFile: VmFile['annotations'] = {},
): Readonly<Record<string, string>> {
  const [sandboxImage, networkPlugin] = [flags.text('sandbox-image'), flags.text('network-plugin')];
  return withAsked(ofFile, {
    ...(configured !== undefined && { networkPlugin: configured }),
    ...asked,
    ...askedOf({ annotations: ofFile }),
    ...(sandboxImage !== undefined && { sandboxImage }),
    ...(networkPlugin !== undefined && { networkPlugin }),
  });
}

/** Returns the fields of a spec that the command line sets. */
function specOf(invocation: Invocation): object {
  const {
    flags,
    args: [image],
    rest: command,
    io,
  } = invocation;
  const ssh = flags.text('ssh');
  const oci = flags.text('kernel-image');
  const cmdLine = flags.text('kernel-args');
  const cpus = flags.text('cpus');
  const memory = flags.text('memory');
  const size = flags.text('size');
  const restartPolicy = flags.text('restart');
  const storage = storageOf(flags);
  const copyFiles = flags.list('copy-files').flatMap((list) => list.split(','));
  return {
    ...(image !== undefined && { image: { oci: foundSource(image, '.', invocation) } }),
    kernel: {
      ...(oci !== undefined && { oci: foundSource(oci, '.', invocation) }),
      ...(cmdLine !== undefined && { cmdLine }),
    },
    ...archOf(flags),
    ...(cpus !== undefined && { cpus: parseCount(cpus) }),
    ...machineOf(flags),
    ...(memory !== undefined && { memory }),
    ...(size !== undefined && { diskSize: size }),
    ...(flags.isSet('ssh') && { ssh: sshOf(ssh) }),
    network: networkOf(flags),
    ...(restartPolicy !== undefined && { restartPolicy }),
    ...(copyFiles.length > 0 && { copyFiles: copyFiles.map(parseCopy) }),
    ...(storage && { storage }),
    ...(command.length > 0 && { command }),
    ...envOf(flags, io.env),
    ...(wantsTerminal(flags) && { tty: true }),
  };
}

/**
 * Tells whether the entrypoint gets a terminal, which is also so if the user attaches to it from a terminal.
 */
const wantsTerminal = (flags: FlagValues): boolean =>
  flags.isSet('tty') || (flags.isSet('interactive') && process.stdin.isTTY && process.stdout.isTTY);

function machineOf(flags: FlagValues): object {
  const [vmm, gic] = [flags.text('vmm'), flags.text('gic')];
  if (vmm === undefined && gic === undefined) return {};
  return { machine: { ...(vmm !== undefined && { vmm }), ...(gic !== undefined && { gic: parseGic(gic) }) } };
}

/**
 * Parses a number of CPUs.
 * @throws CodedError USAGE_INVALID
 */
export function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw usageError(
      `--cpus ${JSON.stringify(text)}: not a number of CPUs`,
      'use a whole number from 1 to 64',
    );
  return Number(text);
}

function parseGic(text: string): number {
  if (text !== '2' && text !== '3')
    throw usageError(`--gic ${JSON.stringify(text)}: unknown version`, 'use 2 or 3');
  return Number(text);
}

const sshOf = (path: string | undefined): object =>
  path === undefined
    ? { generateKey: true }
    : { authorizedKeysFile: resolve(path.endsWith('.pub') ? path : `${path}.pub`) };

function parseCopy(text: string): { readonly hostPath: string; readonly vmPath: string } {
  const [hostPath = '', vmPath = '', ...more] = text.split(':');
  if (!hostPath.startsWith('/') || !vmPath.startsWith('/') || more.length > 0) {
    throw usageError(
      `--copy-files ${JSON.stringify(text)}: not two absolute paths`,
      'use --copy-files /host/path:/vm/path',
    );
  }
  return { hostPath, vmPath };
}
