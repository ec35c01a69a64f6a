import { familiarSource } from '../v1/familiar-source.ts';

/** The default kernels of the original's releases. */
const defaultKernels: ReadonlySet<string> = new Set(
  ['4.19.47', '4.19.125', '5.4.108', '5.10.51'].map((version) => `weaveworks/ignite-kernel:${version}`),
);

/** The original's default command line. Each word was meant for Firecracker and the kernel's own DHCP client. */
const defaultWords = ['console=ttyS0', 'reboot=k', 'panic=1', 'pci=off', 'ip=dhcp'];

export interface KernelFields {
  readonly oci?: string | undefined;
  readonly cmdLine?: string | undefined;
}

/** Pure. What a person wished of a kernel, without what the original fills in: our VMMs have their own of both. */
export function kernelToHub(kernel: KernelFields | undefined): KernelFields | undefined {
  if (!kernel) return undefined;
  const oci = isDefaultKernel(kernel) ? undefined : kernel.oci;
  const cmdLine = ownWords(kernel.cmdLine);
  return oci === undefined && cmdLine === undefined
    ? undefined
    : { ...(oci !== undefined && { oci }), ...(cmdLine !== undefined && { cmdLine }) };
}

/** Pure. The original's command line is the whole, ours what is added to the VMM's own. */
export function kernelFromHub(kernel: KernelFields, kept: KernelFields): KernelFields {
  const oci = kernel.oci ?? kept.oci;
  const cmdLine =
    ownWords(kept.cmdLine) === kernel.cmdLine
      ? kept.cmdLine
      : [...defaultWords, ...(kernel.cmdLine ?? '').split(' ').filter(Boolean)].join(' ');
  return { ...(oci !== undefined && { oci }), ...(cmdLine !== undefined && { cmdLine }) };
}

/** Pure. What `kernelFromHub` cannot tell again of a kernel, of which `hub` was made. */
export function keptOfKernel(kernel: KernelFields | undefined, hub: KernelFields | undefined): KernelFields {
  const { oci, cmdLine } = kernel ?? {};
  const again = kernelFromHub(hub ?? {}, {});
  return {
    ...(oci !== undefined && again.oci !== oci && { oci }),
    ...(cmdLine !== undefined && again.cmdLine !== cmdLine && { cmdLine }),
  };
}

/**
 * Pure. Whether the kernel is one that the original wrote into a VM that named none: it always wrote a command line with it.
 * Who wrote the kernel alone, or another one, wishes for that.
 */
export const isDefaultKernel = ({ oci, cmdLine }: KernelFields): boolean =>
  oci === undefined || oci === '' || (Boolean(cmdLine) && defaultKernels.has(familiarSource(oci)));

/** Pure. The words that are not the original's default. */
function ownWords(cmdLine: string | undefined): string | undefined {
  const words = (cmdLine ?? '').split(/\s+/).filter((word) => word !== '' && !defaultWords.includes(word));
  return words.length === 0 ? undefined : words.join(' ');
}
