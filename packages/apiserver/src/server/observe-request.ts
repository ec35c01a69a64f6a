import type { Socket } from 'node:net';
import type { ApiRequest, ApiResponse } from '../request/exchange.ts';
import type { RequestInfo, ResourceRequest } from '../request/request-info.ts';
import { type ServedResource, servedAt } from '../resource/served-resource.ts';
import { healthPaths } from './health.ts';
import type { ObservedRequest, RequestObserver } from './request-observer.ts';

/**
 * Tells an observer of a request, and of its end.
 * @param ended what is closed in the end, which is the response or the connection that goes on with another protocol,
 *   and what returns the code then
 */
export function observeRequest(
  observer: RequestObserver,
  ended: { readonly stream: ApiResponse | Socket; readonly code: () => number },
  request: ObservedRequest,
): void {
  const start = performance.now();
  const end = observer.begin(request);
  ended.stream.once('close', () => end({ code: ended.code(), seconds: (performance.now() - start) / 1_000 }));
}

/** Pure. Tells what metrics say of a request. */
export function observedRequest(
  info: RequestInfo,
  { headers, url = '' }: Pick<ApiRequest, 'headers' | 'url'>,
  resources: readonly ServedResource[],
): ObservedRequest {
  if (!info.isResource)
    return {
      ...nothing,
      verb: plainVerb(info.verb),
      subresource: knownPath(info.path),
      isWrite: false,
      isLong: false,
    };
  const verb = verbOf(info, headers['content-type']);
  const isWrite = !['GET', 'LIST', 'WATCH'].includes(verb);
  const served = servedAt(resources, info);
  const isLong = verb === 'WATCH';
  if (!served) return { ...nothing, verb, isWrite, isLong };
  const { group, version, resource } = served;
  const { subresource = '' } = info;
  return {
    verb,
    group,
    version,
    resource,
    subresource: served.subresources.includes(subresource) ? subresource : '',
    scope: scopeOf(info),
    dryRun: /[?&]dryRun=All(?:&|$)/.test(url) ? 'All' : '',
    isWrite,
    isLong,
  };
}

const nothing = { group: '', version: '', resource: '', subresource: '', scope: '', dryRun: '' } as const;

const verbs = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
} as const satisfies Record<ResourceRequest['verb'], string>;

const verbOf = ({ verb }: ResourceRequest, contentType = ''): string =>
  verb === 'patch' && contentType.startsWith('application/apply-patch') ? 'APPLY' : verbs[verb];

const plainVerbs: readonly string[] = ['get', 'head', 'post', 'put', 'patch', 'delete'];
const plainVerb = (verb: string): string => (plainVerbs.includes(verb) ? verb.toUpperCase() : 'other');

const knownPaths: readonly string[] = [...healthPaths, '/metrics', '/version', '/openapi/v2', '/openapi/v3'];
const knownPath = (path: string): string => (knownPaths.includes(path) ? path : '');

function scopeOf({ name, verb, namespace }: ResourceRequest): ObservedRequest['scope'] {
  if (name !== undefined || verb === 'create') return 'resource';
  return namespace === undefined ? 'cluster' : 'namespace';
}
