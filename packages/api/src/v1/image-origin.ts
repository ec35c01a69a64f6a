/** Where an image comes from, as far as that is the host's own. */
export type ImageOrigin =
  | { readonly kind: 'registry' }
  /** A file or folder of the host; one that is not absolute is another for who is in another folder. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'service'; readonly name: 'docker' | 'containerd' | 'containers-storage' };

/** Pure. Of the text by which a VM, or a person, names an image (containers-transports(5), and containerd). */
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
      // It may also be a repository with its tag.
      return /^[\w.-]+$/.test(rest) ? { kind: 'registry' } : { kind: 'path', path: withoutName(rest) };
    default:
      return { kind: 'registry' };
  }
}

const withoutName = (rest: string): string => rest.split(':')[0]!;
