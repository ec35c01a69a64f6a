/** Refused inside: they serve no VMM, and breaking out of one. QEMU's own filter refuses more. */
export const refusedCalls = (
  'acct add_key bpf clock_adjtime clock_settime create_module delete_module finit_module fsconfig fsmount fsopen fspick ' +
  'init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl ' +
  'lookup_dcookie mount mount_setattr move_mount name_to_handle_at open_by_handle_at open_tree perf_event_open ' +
  'pivot_root process_vm_readv process_vm_writev ptrace quotactl reboot request_key setdomainname sethostname setns ' +
  'settimeofday swapoff swapon syslog umount umount2 unshare userfaultfd vhangup'
).split(' ');

/** unshare(2): each thread of virtiofsd has a working directory of its own, for which it needs no privilege. */
const cloneFs = 0x200;

/** Of clone(2), its first argument: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const newNamespaceBits = [
  0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
];

/** The only family of sockets, for what controls a VMM and what serves it: no network, no netlink, no other machine's vsock. */
const afUnix = 1;

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const; // errno(3)

const setIdBits = [0o4000, 0o2000];

/**
 * Where in their arguments the calls that make or change files have the mode, and where the flags with O_CREAT without
 * which there is none; openat2 hides both in memory.
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

/** As Docker's default profile has it: what makes namespaces, and sockets that lead out of them. */
export const namespaceRules: readonly CallRule[] = [
  ...newNamespaceBits.map((bit) => refuse(['clone'], [hasBit(0, bit)])),
  // Its flags are in memory, where no filter sees them: the C library takes clone then.
  refuse(['clone3'], undefined, errno.ENOSYS),
  refuse(['socket', 'socketpair'], [{ index: 0, value: afUnix, op: 'SCMP_CMP_NE' }], errno.EAFNOSUPPORT),
];

/**
 * Pure. The seccomp part of an OCI bundle; `isPrivileged` is stricter where capabilities would make a call worth something.
 * It knows the calls of this machine's own kind alone: those of 32-bit programs, and of x32, end who makes one.
 */
export function systemCallFilter(isPrivileged: boolean): object {
  const syscalls = isPrivileged
    ? [
        refuse([...refusedCalls.filter((name) => name !== 'unshare'), 'openat2']),
        refuse(['unshare'], [{ index: 0, value: cloneFs, op: 'SCMP_CMP_NE' }]),
        // As systemd's RestrictSUIDSGID= does it.
        ...modeCalls.flatMap(({ names, mode, flags }) =>
          setIdBits.map((bit) =>
            refuse(names, [hasBit(mode, bit), ...(flags === undefined ? [] : [hasBit(flags, oCreat)])]),
          ),
        ),
      ]
    : [refuse(refusedCalls)];
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [...syscalls, ...namespaceRules] };
}
