import { familiarName, readReference } from './image-reference.ts';

/**
 * Pure. Returns the name of an image or kernel in the form that is shown to people, templates and manifests:
 * `debian`, `docker.io/library/debian` and `docker://debian:latest` become `debian:latest`. Paths of archives
 * and layouts, and texts that are not references, stay as they are.
 */
export function familiarSource(text: string): string {
  const { lead, name } = parts(text);
  const reference = readReference(name);
  if (!reference || isPath(text)) return text;
  const kept = lead === 'docker://' ? '' : lead;
  const familiar = `${kept}${familiarName(reference)}`;
  // Without its "docker://", the name might mean something else.
  return parts(familiar).lead === kept ? familiar : text;
}

/** Tells whether a text is a path on the host. `oci:TAG` is not: it names a repository "oci" with its tag. */
const isPath = (text: string): boolean => /^(?:(?:oci|docker)-archive:|oci:(?![\w.-]+$))/.test(text);

const leads =
  /^(?:docker:\/\/|docker-daemon:|containers-storage:|containerd:(?:\/\/[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*\/)?)/;

/** Splits a text into where an image is looked for and its name there. */
function parts(text: string): { readonly lead: string; readonly name: string } {
  const [lead = ''] = leads.exec(text) ?? [];
  return { lead, name: text.slice(lead.length) };
}

interface NamesSources {
  readonly image: { readonly oci: string };
  readonly kernel: { readonly oci?: string | undefined };
}

/**
 * Pure. Returns a VM's spec with its image and its kernel in the familiar form, which earlier versions did
 * not write. `familiar` may remember what it has found: many VMs have the same image.
 */
export function withFamiliarSources<T extends NamesSources>(spec: T, familiar = familiarSource): T {
  const { image, kernel } = spec;
  const ofImage = familiar(image.oci);
  const ofKernel = kernel.oci && familiar(kernel.oci);
  if (ofImage === image.oci && ofKernel === kernel.oci) return spec;
  return {
    ...spec,
    image: { ...image, oci: ofImage },
    ...(ofKernel !== undefined && { kernel: { ...kernel, oci: ofKernel } }),
  };
}
