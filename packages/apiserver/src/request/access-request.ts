import type { PathRequest, ResourceRequest } from './request-info.ts';

/**
 * What someone asks to be allowed. Besides the verbs of requests there are some that only rules know, such as
 * `bind` and `escalate`.
 */
export type AccessRequest = ResourceAccess | PathRequest;

export interface ResourceAccess extends Omit<ResourceRequest, 'verb' | 'version'> {
  readonly verb: string;
}

/** What only those may ask who may do everything in all namespaces. */
export const everything: ResourceAccess = { isResource: true, verb: '*', group: '*', resource: '*' };
