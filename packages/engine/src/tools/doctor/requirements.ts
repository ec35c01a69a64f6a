import type { Arch } from '@ignite/api/v1/arch';
import { virtiofsdPrograms } from '../storage/virtiofsd.ts';
import { foreignArch, hostArch } from '../host/arch.ts';

/** A program of the host that Ignite uses, and what does not work without it. */
export interface Requirement {
  /** What it is called, where the alternatives are only paths of the same program. */
  readonly called?: string;
  /** The alternatives, any one of which suffices. */
  readonly programs: readonly string[];
  /** The package of Debian and Ubuntu that provides the first alternative. */
  readonly package: string;
  readonly cost: string;
  /** Set if everything else works without it. */
  readonly optional?: true;
}

const qemu: Readonly<Record<Arch, Pick<Requirement, 'programs' | 'package'>>> = {
  amd64: { programs: ['qemu-system-x86_64'], package: 'qemu-system-x86' },
  arm64: { programs: ['qemu-system-aarch64'], package: 'qemu-system-arm' },
};
const foreign = foreignArch(hostArch);

export const requirements: readonly Requirement[] = [
  { programs: ['setpriv'], package: 'util-linux', cost: 'no other program can be run' },
  { programs: ['skopeo'], package: 'skopeo', cost: 'no image can be imported' },
  { programs: ['umoci'], package: 'umoci', cost: 'no image can be unpacked' },
  { programs: ['mke2fs'], package: 'e2fsprogs', cost: 'no base disk can be created' },
  { programs: ['qemu-img'], package: 'qemu-utils', cost: 'no VM disk can be created' },
  { programs: ['qemu-nbd'], package: 'qemu-utils', cost: 'no VM of the original Ignite can be imported' },
  { ...qemu[hostArch], cost: 'no VM can run' },
  { ...qemu[foreign], cost: `no VM with --arch ${foreign} can run`, optional: true },
  { programs: ['conmon'], package: 'conmon', cost: 'no VM can run: its VMM cannot be supervised' },
  { programs: ['runc', 'crun'], package: 'runc', cost: 'no VM can run: its VMM cannot be isolated' },
  { programs: ['perl'], package: 'perl-base', cost: 'no VM can run: its output cannot be kept' },
  {
    programs: ['debugfs'],
    package: 'e2fsprogs',
    cost: 'no image can be imported, and no volume can be created',
  },
  { programs: ['setfacl'], package: 'acl', cost: 'no file of this host can be a volume', optional: true },
  {
    called: 'virtiofsd',
    programs: virtiofsdPrograms,
    package: 'qemu-system-common',
    cost: 'no directory of this host can be shared with a VM',
    optional: true,
  },
  {
    programs: ['mformat'],
    package: 'mtools',
    cost: 'no VM can be given user data, and no cloud image can boot',
    optional: true,
  },
  { programs: ['ip'], package: 'iproute2', cost: 'no VM can have a network' },
  { programs: ['nft'], package: 'nftables', cost: 'no VM can have a network: it cannot be filtered' },
  {
    programs: ['iptables'],
    package: 'iptables',
    cost: 'VMs cannot reach other hosts, and no port can be published',
  },
  {
    programs: ['dnsmasq'],
    package: 'dnsmasq-base',
    cost: 'VMs have no DHCP, and cannot find each other by name',
  },
  { programs: ['ssh'], package: 'openssh-client', cost: '"ignite ssh" and "ignite exec" do not work' },
  { programs: ['busybox'], package: 'busybox-static', cost: 'no kernel can be built or imported' },
  { programs: ['script'], package: 'bsdutils', cost: 'no kernel can be built or imported' },
  { programs: ['mksquashfs'], package: 'squashfs-tools', cost: 'no kernel can be built or imported' },
  {
    programs: ['lz4'],
    package: 'lz4',
    cost: "Debian's kernel cannot be unpacked: emulated VMs boot more slowly, and none can run under Firecracker",
    optional: true,
  },
  {
    programs: ['socat'],
    package: 'socat',
    cost: 'no VM can run under Firecracker: its guest could not reach this host',
    optional: true,
  },
  {
    programs: ['haproxy'],
    package: 'haproxy',
    cost: 'no Kubernetes cluster can have its control plane in VMs, unless you name an endpoint',
    optional: true,
  },
  {
    programs: ['dpkg-deb'],
    package: 'dpkg',
    cost: 'no default kernel can be built: import one with "ignite kernel import"',
  },
];

/** The package that provides the CNI plugins. */
export const cniPackage = 'containernetworking-plugins';
