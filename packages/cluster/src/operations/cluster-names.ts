import { createHash } from 'node:crypto';

/** Pure. The names of the objects of a cluster that `ignite cluster create` makes. */

export const controlPlaneName = (cluster: string): string => `${cluster}-control-plane`;

export const workersName = (cluster: string): string => `${cluster}-workers`;

export const cniName = (cluster: string): string => `${cluster}-cni`;

const hashLength = 8;

/**
 * Pure. Returns the name of a template, which ends in a hash of its content: a template never changes, so that another
 * content is another template, and the same content the same one.
 */
export const templateName = (owner: string, content: unknown): string =>
  `${owner}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, hashLength)}`;
