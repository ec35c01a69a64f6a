import { environOf, spareOomScore, spareShares } from './bundle.ts';
import type { HostTree } from './host-tree.ts';
import { namespaceRules, refusedCalls } from './system-call-filter.ts';
import { logLimitBytes, type SandboxMount, type SandboxSpec } from './sandbox.ts';

export interface DockerContainerInput {
  /** An empty image. */
  readonly image: string;
  /** The program that writes console logs. */
  readonly consoleLog: string;
}

const cloneNewNet = 0x4000_0000; // setns(2)
const programs = ['/usr/bin/nsenter', '/usr/bin/setpriv', '/usr/bin/env'];

/**
 * Pure. Returns the config of a container for `spec` (Docker's API, "Create a container"). Docker cannot join
 * a network namespace by its path. The container therefore starts without a network, but with the capability
 * to join the namespace that is mounted into it. All capabilities, and any way back to root, are dropped for
 * good before the program starts.
 */
export function dockerContainer(spec: SandboxSpec, host: HostTree, input: DockerContainerInput): object {
  const { netnsPath, privileges, rootfs } = spec;
  if (netnsPath === undefined || privileges || rootfs !== undefined)
    throw new RangeError('Docker isolates only VMMs');
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
      ...(spec.isSpare === true && { CpuShares: spareShares, OomScoreAdj: spareOomScore }),
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
      // This log has only console-log's own messages.
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

/**
 * Pure. Returns the entrypoint, which joins the network namespace, drops every privilege, and logs the
 * program's output.
 */
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

/**
 * Gives devices to the program's user. Docker creates them with the owner and mode that they have on the
 * host.
 */
const handOver = [
  '/usr/bin/perl',
  '-e',
  '$user = shift; while (($_ = shift) ne "--") { chown($user, $user, $_) or die "$_: $!\\n" } exec @ARGV',
];

/** The filter is that of a bundle, except that a process with the capability may join a network namespace. */
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
