/**
 * The system calls that are refused in a sandbox. No VMM needs them, but they help to break out of one.
 * QEMU's own filter refuses more.
 */
export const refusedCalls = (
  'acct add_key bpf clock_adjtime clock_settime create_module delete_module finit_module fsconfig fsmount fsopen fspick ' +
  'init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl ' +
  'lookup_dcookie mount mount_setattr move_mount name_to_handle_at open_by_handle_at open_tree perf_event_open ' +
  'pivot_root process_vm_readv process_vm_writev ptrace quotactl reboot request_key setdomainname sethostname setns ' +
  'settimeofday swapoff swapon syslog umount umount2 unshare userfaultfd vhangup'
).split(' ');

/**
 * CLONE_FS of unshare(2). Each thread of virtiofsd has its own working directory, which needs no privilege.
 */
const cloneFs = 0x200;

/**
 * Flags in the first argument of clone(2): CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and
 * NEWNET.
 */
const newNamespaceBits = [
  0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
];

/**
 * The only family of sockets that is allowed, for controlling a VMM and its helpers: no network, no netlink,
 * no vsock of other machines.
 */
const afUnix = 1;

/**
 * The families of sockets that are refused to a program that uses IP: all but those for IP, for itself, and for asking
 * the kernel about its interfaces (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK). A filter compares an argument only once in a
 * rule, so each is refused by itself.
 */
const refusedFamilies = [0, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15];
const afNetlink = 16;

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const; // errno(3)

const setIdBits = [0o4000, 0o2000];

/**
 * The calls that create or change files, with the indices of their arguments for the mode and, if the mode
 * only counts with O_CREAT, for the flags. openat2 passes both in memory, out of a filter's sight.
 */
const modeCalls: readonly {
  readonly names: readonly string[];
  readonly mode: number;
  readonly flags?: number;
}[] = [
  { names: ['chmod', 'creat', 'fchmod', 'mkdir', 'mknod'], mode: 1 },
  { names: ['fchmodat', 'fchmodat2', 'mkdirat', 'mknodat'], mode: 2 },
  { names: ['open'], mode: 2, flags: 1 },
  { names: ['openat'], mode: 3, flags: 2 },
];
const oCreat = 0o100;

const hasBit = (index: number, bit: number): object => ({
  index,
  value: bit,
  valueTwo: bit,
  op: 'SCMP_CMP_MASKED_EQ',
});

interface CallRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ERRNO';
  readonly errnoRet: number;
  readonly args?: readonly object[];
}

const refuse = (
  names: readonly string[],
  args?: readonly object[],
  errnoRet: number = errno.EPERM,
): CallRule => ({ names, action: 'SCMP_ACT_ERRNO', errnoRet, ...(args && { args }) });

const refuseFamily = (value: number, op: 'SCMP_CMP_NE' | 'SCMP_CMP_EQ' | 'SCMP_CMP_GT'): CallRule =>
  refuse(['socket', 'socketpair'], [{ index: 0, value, op }], errno.EAFNOSUPPORT);

/** The rules of Docker's default profile against creating namespaces. */
const unshareRules: readonly CallRule[] = [
  ...newNamespaceBits.map((bit) => refuse(['clone'], [hasBit(0, bit)])),
  // Its flags are in memory, out of a filter's sight. The C library falls back to clone.
  refuse(['clone3'], undefined, errno.ENOSYS),
];

/** The rules against creating namespaces, and sockets that lead out of them. */
export const namespaceRules: readonly CallRule[] = [...unshareRules, refuseFamily(afUnix, 'SCMP_CMP_NE')];

const ipRules: readonly CallRule[] = [
  ...unshareRules,
  refuseFamily(afNetlink, 'SCMP_CMP_GT'),
  ...refusedFamilies.map((family) => refuseFamily(family, 'SCMP_CMP_EQ')),
];

export interface FilteredProgram {
  /** Capabilities make some calls dangerous. */
  readonly isPrivileged: boolean;
  readonly usesIp: boolean;
}

/**
 * Pure. Returns the seccomp part of an OCI bundle. It is stricter for a privileged program. It only knows the native calls of this architecture: a 32-bit or x32 call kills
 * the process.
 */
export function systemCallFilter({ isPrivileged, usesIp }: FilteredProgram): object {
  const syscalls = isPrivileged
    ? [
        refuse([...refusedCalls.filter((name) => name !== 'unshare'), 'openat2']),
        refuse(['unshare'], [{ index: 0, value: cloneFs, op: 'SCMP_CMP_NE' }]),
        // systemd's RestrictSUIDSGID= does the same.
        ...modeCalls.flatMap(({ names, mode, flags }) =>
          setIdBits.map((bit) =>
            refuse(names, [hasBit(mode, bit), ...(flags === undefined ? [] : [hasBit(flags, oCreat)])]),
          ),
        ),
      ]
    : [refuse(refusedCalls)];
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [...syscalls, ...(usesIp ? ipRules : namespaceRules)] };
}
