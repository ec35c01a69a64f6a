import { isDnsLabel } from '@ignite/toolkit/object/name';

const readableLength = 40;
const hashLength = 12;

/**
 * Pure. Returns the name of the object that stands for a reference, which is a DNS label (RFC 1123). A
 * reference that is one names its object itself. Others become their last part, with the beginning of the
 * SHA-256 digest of the whole.
 */
export function referenceName(reference: string): string {
  if (isDnsLabel(reference)) return reference;
  const readable = reference
    .slice(reference.lastIndexOf('/') + 1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, readableLength)
    .replaceAll(/^-+|-+$/g, '');
  const { hash } = process.getBuiltinModule('node:crypto'); // a listing, which needs no name, does not wait for it
  const digest = hash('sha256', reference).slice(0, hashLength);
  return readable === '' ? digest : `${readable}-${digest}`;
}
