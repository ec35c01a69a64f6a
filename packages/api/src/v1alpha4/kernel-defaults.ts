/** The original's default kernel, of any release, which it wrote into every VM that named none. */
const defaultKernel = /^(docker\.io\/)?weaveworks\/ignite-kernel(:[\w.-]+)?$/;

/** The original's default command line. Each word was meant for Firecracker and the kernel's own DHCP client. */
const defaultWords = ['console=ttyS0', 'reboot=k', 'panic=1', 'pci=off', 'ip=dhcp'];

export interface KernelFields {
  readonly oci?: string | undefined;
  readonly cmdLine?: string | undefined;
}

/** Pure. What a person wished of a kernel, without what the original fills in: our VMMs have their own of both. */
export function kernelToHub(kernel: KernelFields | undefined): KernelFields | undefined {
  if (!kernel) return undefined;
  const oci = isDefaultKernel(kernel.oci) ? undefined : kernel.oci;
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

/** Pure. What `kernelFromHub` cannot tell again. */
export function keptOfKernel(kernel: KernelFields | undefined): KernelFields {
  const { oci, cmdLine } = kernel ?? {};
  const again = kernelFromHub(kernelToHub(kernel) ?? {}, {});
  return {
    ...(oci !== undefined && again.oci !== oci && { oci }),
    ...(cmdLine !== undefined && again.cmdLine !== cmdLine && { cmdLine }),
  };
}

export const isDefaultKernel = (oci: string | undefined): boolean =>
  oci === undefined || oci === '' || defaultKernel.test(oci);

/** Pure. The words that are not the original's default. */
function ownWords(cmdLine: string | undefined): string | undefined {
  const words = (cmdLine ?? '').split(/\s+/).filter((word) => word !== '' && !defaultWords.includes(word));
  return words.length === 0 ? undefined : words.join(' ');
}
