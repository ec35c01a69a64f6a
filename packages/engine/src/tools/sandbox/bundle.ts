import type { HostTree } from './host-tree.ts';
import type { SandboxBlockDevice, SandboxMount, SandboxSpec } from './sandbox.ts';
import { systemCallFilter } from './system-call-filter.ts';

/** Returns the path of a sandbox's cgroup below the root of each hierarchy. */
export const cgroupPath = (uid: string): string => `/ignite/${uid}`;

/**
 * Pure. Returns the config.json of an OCI bundle (runtime-spec 1.0) for `spec`. Its root is an empty folder.
 */
export const bundleConfig = (spec: SandboxSpec, host: HostTree, root = 'rootfs'): object => ({
  ociVersion: '1.0.2',
  process: processOf(spec),
  root: { path: root, readonly: true },
  hostname: `ignite-${spec.uid}`,
  mounts: [
    ...ownMounts,
    ...host.readOnly.map((path) => bind({ source: path, target: path, writable: false })),
    ...spec.mounts.map(bind),
  ],
  linux: {
    namespaces: [
      { type: 'pid' },
      { type: 'mount' },
      { type: 'ipc' },
      { type: 'uts' },
      { type: 'network', ...(spec.netnsPath !== undefined && { path: spec.netnsPath }) },
    ],
    cgroupsPath: cgroupPath(spec.uid),
    devices: [
      ...spec.devices.map((path) => deviceNode(path, spec.user)),
      ...(spec.blockDevices ?? []).map((device) => blockDeviceNode(device, spec.user)),
    ],
    resources: resourcesOf(spec),
    seccomp: systemCallFilter({
      isPrivileged: spec.privileges !== undefined,
      usesIp: spec.usesIp === true,
    }),
    maskedPaths,
    readonlyPaths,
  },
});

function processOf(spec: SandboxSpec): object {
  const { capabilities = [], openFiles = 4_096 } = spec.privileges ?? {};
  return {
    terminal: false,
    user: { uid: spec.user, gid: spec.user },
    args: spec.argv,
    env: environOf(spec),
    cwd: '/',
    capabilities: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: [],
      ambient: [],
    },
    rlimits: [
      { type: 'RLIMIT_NOFILE', hard: openFiles, soft: openFiles },
      { type: 'RLIMIT_CORE', hard: 0, soft: 0 },
      ...(spec.fileSizeLimit === undefined
        ? []
        : [{ type: 'RLIMIT_FSIZE', hard: spec.fileSizeLimit, soft: spec.fileSizeLimit }]),
    ],
    noNewPrivileges: true,
    ...(spec.isSpare === true && { oomScoreAdj: spareOomScore }),
  };
}

/** The mounts that each sandbox has for itself, whatever it runs. */
const ownMounts: readonly object[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'],
  },
  {
    destination: '/tmp',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'noexec', 'mode=1777', 'size=1m'],
  },
];

/**
 * A quarter of what others get of a CPU that is short. Runtimes convert it for cgroup v2, where it is a tenth or, with newer ones, a third. With much less, a
 * guest that boots by emulation measures its timers wrongly, and has to boot again.
 */
export const spareShares = 256;
/** The highest score, with which the kernel ends a process first if memory is short. */
export const spareOomScore = 1_000;

const resourcesOf = ({
  devices,
  blockDevices = [],
  memoryLimit,
  cpuLimit,
  isSpare,
}: SandboxSpec): object => ({
  devices: [
    { allow: false, access: 'rwm' },
    ...devices.map((path) => ({ allow: true, access: 'rw', type: 'c', ...deviceNumber(path) })),
    ...blockDevices.map(({ major, minor, writable }) => ({
      allow: true,
      access: writable ? 'rw' : 'r',
      type: 'b',
      major,
      minor,
    })),
  ],
  memory: { limit: memoryLimit },
  cpu: {
    period: 100_000,
    quota: cpuLimit * 100_000,
    ...(isSpare === true && { shares: spareShares }),
  },
  pids: { limit: 256 },
});

const maskedPaths = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
];

const readonlyPaths = [
  '/proc/asound',
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** Pure. Returns the environment as `NAME=VALUE`. */
export const environOf = (spec: SandboxSpec): readonly string[] =>
  Object.entries({ PATH: '/usr/bin:/usr/sbin', HOME: '/', ...spec.environ }).map(
    ([name, value]) => `${name}=${value}`,
  );

function bind(mount: SandboxMount): object {
  const mode = mount.writable ? 'rw' : 'ro';
  return {
    destination: mount.target,
    type: 'bind',
    source: mount.source,
    options: ['bind', mode, 'nosuid', 'nodev'],
  };
}

/** The device numbers of the kernel's devices.txt. */
const deviceNumbers: Readonly<Record<string, { readonly major: number; readonly minor: number }>> = {
  '/dev/net/tun': { major: 10, minor: 200 },
  '/dev/kvm': { major: 10, minor: 232 },
};

function deviceNumber(path: string): { readonly major: number; readonly minor: number } {
  const number = deviceNumbers[path];
  if (!number) throw new RangeError(`no device number is known for ${path}`);
  return number;
}

const deviceNode = (path: string, user: number): object => ({
  path,
  type: 'c',
  ...deviceNumber(path),
  fileMode: 0o600,
  uid: user,
  gid: user,
});

const blockDeviceNode = ({ path, major, minor, writable }: SandboxBlockDevice, user: number): object => ({
  path,
  type: 'b',
  major,
  minor,
  fileMode: writable ? 0o600 : 0o400,
  uid: user,
  gid: user,
});
