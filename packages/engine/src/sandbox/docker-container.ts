import { environOf } from './bundle.ts';
import type { HostTree } from './host-tree.ts';
import { namespaceRules, refusedCalls } from './system-call-filter.ts';
import { logLimitBytes, type SandboxMount, type SandboxSpec } from './sandbox.ts';

export interface DockerContainerInput {
  /** An image with nothing in it. */
  readonly image: string;
  /** The program that keeps consoles. */
  readonly consoleLog: string;
}

const cloneNewNet = 0x4000_0000; // setns(2)
const programs = ['/usr/bin/nsenter', '/usr/bin/setpriv', '/usr/bin/env', '/usr/bin/perl'];

/**
 * Pure. The config of a container ("Create a container" of Docker's API) for `spec`. Docker joins no network namespace
 * by its path, so the container begins without any network, with the capability to join the one that it is shown;
 * before the program begins all capabilities are gone for good, as is the way back to root.
 */
export function dockerContainer(spec: SandboxSpec, host: HostTree, input: DockerContainerInput): object {
  const { netnsPath, privileges } = spec;
  if (netnsPath === undefined || privileges) throw new RangeError('Docker isolates only VMMs');
  return {
    Image: input.image,
    Hostname: `ignite-${spec.uid}`,
    Labels: { 'ignite.uid': spec.uid },
    User: '0:0',
    WorkingDir: '/',
    Entrypoint: entrypoint(spec),
    Cmd: [],
    HostConfig: {
      NetworkMode: 'none',
      IpcMode: 'private',
      CgroupnsMode: 'private',
      UsernsMode: 'host',
      RestartPolicy: { Name: 'no' },
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: ['SYS_ADMIN', 'CHOWN', 'SETUID', 'SETGID', 'SETPCAP'],
      SecurityOpt: ['no-new-privileges', `seccomp=${JSON.stringify(seccomp)}`],
      Memory: spec.memoryLimit,
      CpuPeriod: 100_000,
      CpuQuota: spec.cpuLimit * 100_000,
      PidsLimit: 256,
      Ulimits: [
        { Name: 'nofile', Soft: 4_096, Hard: 4_096 },
        { Name: 'core', Soft: 0, Hard: 0 },
        ...(spec.fileSizeLimit === undefined
          ? []
          : [{ Name: 'fsize', Soft: spec.fileSizeLimit, Hard: spec.fileSizeLimit }]),
      ],
      Devices: [
        ...spec.devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rw' })),
        ...(spec.blockDevices ?? []).map(({ source, path, writable }) => ({
          PathOnHost: source,
          PathInContainer: path,
          CgroupPermissions: writable ? 'rw' : 'r',
        })),
      ],
      Tmpfs: { '/tmp': 'rw,nosuid,nodev,noexec,mode=1777,size=1m' },
      // Of what console-log itself has to say.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      Mounts: [
        ...[...host.readOnly, ...programs].map((path) => readOnly(path, path)),
        readOnly(input.consoleLog, '/vm/console-log'),
        readOnly(netnsPath, '/vm/netns'),
        ...[...spec.mounts, { source: spec.logPath, target: '/vm/console', writable: true }].map(bind),
      ],
    },
  };
}

/** Pure. Joins the network namespace, drops every privilege, and keeps what the program prints. */
function entrypoint(spec: SandboxSpec): readonly string[] {
  return [
    ...['/usr/bin/nsenter', '--net=/vm/netns', '--'],
    ...handOver,
    ...[String(spec.user), ...spec.devices, ...(spec.blockDevices ?? []).map(({ path }) => path), '--'],
    ...['/usr/bin/setpriv', `--reuid=${spec.user}`, `--regid=${spec.user}`, '--clear-groups'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs', '--'],
    ...['/usr/bin/env', '-i', ...environOf(spec)],
    ...['/usr/bin/perl', '/vm/console-log', 'run', '/vm/console', String(logLimitBytes), ...spec.argv],
  ];
}

/** Docker makes a container's devices with the owner and mode that they have on the host. */
const handOver = [
  '/usr/bin/perl',
  '-e',
  '$user = shift; while (($_ = shift) ne "--") { chown($user, $user, $_) or die "$_: $!\\n" } exec @ARGV',
];

/** As in a bundle, except that a network namespace may be joined, by whoever has the capability. */
const seccomp = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [
    { names: refusedCalls.filter((name) => name !== 'setns'), action: 'SCMP_ACT_ERRNO' },
    {
      names: ['setns'],
      action: 'SCMP_ACT_ERRNO',
      args: [{ index: 1, value: cloneNewNet, op: 'SCMP_CMP_NE' }],
    },
    ...namespaceRules,
  ],
};

const readOnly = (source: string, target: string): object => bind({ source, target, writable: false });

const bind = ({ source, target, writable }: SandboxMount): object => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: !writable,
  BindOptions: { NonRecursive: true },
});
