import { badRequest } from '@ignite/toolkit/client/object-error';

/** The most objects and lists in one another: far more than any kind has, and few enough for recursion. */
const deepest = 512;

/**
 * Pure. Checks that the content of a body can be walked through by recursion.
 * @throws ObjectError BAD_REQUEST
 */
export function checkDepth(content: unknown): void {
  let level = [content].filter(isNode);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest)
      throw badRequest(`the body has more than ${deepest} objects and lists in one another`);
    level = level.flatMap((node): readonly unknown[] => Object.values(node)).filter(isNode);
  }
}

const isNode = (value: unknown): value is object => typeof value === 'object' && value !== null;
