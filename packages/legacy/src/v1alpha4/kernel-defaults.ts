import { familiarSource } from '@ignite/api/v1/familiar-source';

/** The default kernels of the original's releases, which it wrote into every VM that named none. */
const defaultKernels: ReadonlySet<string> = new Set(
  ['4.19.47', '4.19.125', '5.4.108', '5.10.51'].map((version) => `weaveworks/ignite-kernel:${version}`),
);

/**
 * The original's default command line. All of it was meant for Firecracker and the kernel's own DHCP client.
 */
const defaultWords = ['console=ttyS0', 'reboot=k', 'panic=1', 'pci=off', 'ip=dhcp'];

export interface KernelFields {
  readonly oci?: string | undefined;
  readonly cmdLine?: string | undefined;
}

/**
 * Pure. Converts the kernel to v1, without what the original fills in, since the VMMs here have their own
 * defaults.
 */
export function kernelToHub(kernel: KernelFields | undefined): KernelFields | undefined {
  if (!kernel) return undefined;
  const oci = isDefaultKernel(kernel) ? undefined : kernel.oci;
  const cmdLine = ownWords(kernel.cmdLine);
  return oci === undefined && cmdLine === undefined
    ? undefined
    : { ...(oci !== undefined && { oci }), ...(cmdLine !== undefined && { cmdLine }) };
}

/**
 * Pure. Converts the kernel from v1. The original's command line is complete, while that of v1 is appended to
 * the VMM's own.
 */
export function kernelFromHub(kernel: KernelFields, kept: KernelFields): KernelFields {
  const oci = kernel.oci ?? kept.oci;
  const cmdLine =
    ownWords(kept.cmdLine) === kernel.cmdLine
      ? kept.cmdLine
      : [...defaultWords, ...(kernel.cmdLine ?? '').split(' ').filter(Boolean)].join(' ');
  return { ...(oci !== undefined && { oci }), ...(cmdLine !== undefined && { cmdLine }) };
}

/** Pure. Returns what `kernelFromHub` cannot restore of a kernel, which was converted to `hub`. */
export function keptOfKernel(kernel: KernelFields | undefined, hub: KernelFields | undefined): KernelFields {
  const { oci, cmdLine } = kernel ?? {};
  const again = kernelFromHub(hub ?? {}, {});
  return {
    ...(oci !== undefined && again.oci !== oci && { oci }),
    ...(cmdLine !== undefined && again.cmdLine !== cmdLine && { cmdLine }),
  };
}

/**
 * Pure. Tells whether the original wrote the kernel into a VM that named none: it always wrote a command line with it. A user
 * who wrote the kernel alone, or another one, wants that one.
 */
export const isDefaultKernel = ({ oci, cmdLine }: KernelFields): boolean =>
  oci === undefined || oci === '' || (Boolean(cmdLine) && defaultKernels.has(familiarSource(oci)));

/** Pure. Returns the words of a command line that are not the original's defaults. */
function ownWords(cmdLine: string | undefined): string | undefined {
  const words = (cmdLine ?? '').split(/\s+/).filter((word) => word !== '' && !defaultWords.includes(word));
  return words.length === 0 ? undefined : words.join(' ');
}
