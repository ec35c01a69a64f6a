/** The origin of an image, as far as it is on the host itself. */
export type ImageOrigin =
  | { readonly kind: 'registry' }
  /** A file or folder of the host. A relative path depends on the current folder. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'service'; readonly name: 'docker' | 'containerd' | 'containers-storage' };

/**
 * Pure. Parses the text by which a VM or a person names an image (containers-transports(5), and containerd).
 */
export function imageOrigin(text: string): ImageOrigin {
  const [, transport = '', rest = ''] = /^([a-z-]+):(.+)$/s.exec(text) ?? [];
  switch (transport) {
    case 'docker-daemon':
      return { kind: 'service', name: 'docker' };
    case 'containerd':
    case 'containers-storage':
      return { kind: 'service', name: transport };
    case 'oci-archive':
    case 'docker-archive':
      return { kind: 'path', path: withoutName(rest) };
    case 'oci':
      // The text may also be a repository with its tag.
      return /^[\w.-]+$/.test(rest) ? { kind: 'registry' } : { kind: 'path', path: withoutName(rest) };
    default:
      return { kind: 'registry' };
  }
}

const withoutName = (rest: string): string => rest.split(':')[0]!;
