import { contentHash } from '@ignite/toolkit/codec/content-hash';

/**
 * Pure. Returns the name of a template, which ends in a hash of its content: a template never changes, so that another
 * content is another template, and the same content the same one.
 */
export const templateName = (owner: string, content: unknown): string => `${owner}-${contentHash(content)}`;
