import { type Reference, readReference } from '@ignite/api/v1/image-reference';
import { referenceInvalid } from './errors.ts';

export { familiarName, fullName } from '@ignite/api/v1/image-reference';

/**
 * Parses a reference.
 * @throws CodedError REFERENCE_INVALID
 */
export function parseReference(text: string): Reference {
  const found = readReference(text);
  if (!found) throw referenceInvalid(text);
  return found;
}
