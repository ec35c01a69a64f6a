import { isPathSegment } from '../object/name.ts';
import { badRequest } from './object-error.ts';

/**
 * Pure. Returns a name or a namespace that may be a segment of a path.
 * @throws ObjectError BAD_REQUEST
 */
export function checkedSegment(segment: string): string {
  if (!isPathSegment(segment))
    throw badRequest(`"${segment}" cannot be the name of an object or a namespace`);
  return segment;
}
