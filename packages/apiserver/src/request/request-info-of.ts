import { parseFieldSelector } from '@ignite/toolkit/client/field-selector';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import type { RequestInfo, ResourceRequest, ResourceVerb } from './request-info.ts';

/** What each method does with one object, and with all of a kind. */
const verbs: Readonly<Record<string, { readonly one: ResourceVerb; readonly all: ResourceVerb }>> = {
  GET: { one: 'get', all: 'list' },
  HEAD: { one: 'get', all: 'list' },
  POST: { one: 'create', all: 'create' },
  PUT: { one: 'update', all: 'update' },
  PATCH: { one: 'patch', all: 'patch' },
  DELETE: { one: 'delete', all: 'deletecollection' },
};

/** The parts of a namespace itself; what else follows its name is in the namespace. */
const namespaceParts: readonly string[] = ['status', 'finalize'];

/** The verbs whose request may concern one object that a selector names. */
const selecting: readonly ResourceVerb[] = ['list', 'watch', 'deletecollection'];

/**
 * Pure. Tells what a request asks for. The path is taken as it is written, so that dots in it lead nowhere.
 * @throws ObjectError BAD_REQUEST, METHOD_NOT_ALLOWED
 */
export function requestInfoOf(method: string, url: string): RequestInfo {
  const [path = '', query = ''] = url.split('?', 2);
  const segments = path
    .replaceAll(/^\/|\/$/g, '')
    .split('/')
    .map(decoded);
  const place = placeOf(segments);
  if (!place) return { isResource: false, verb: method.toLowerCase(), path };
  return resourceRequest(method, place, new URLSearchParams(query));
}

type Place = Omit<ResourceRequest, 'isResource' | 'verb'>;

/** Returns what a path names, unless it leads to no resource. */
function placeOf([root, ...rest]: readonly string[]): Place | undefined {
  if (root === 'api') return partsOf('', rest);
  const [group, ...parts] = rest;
  return root === 'apis' && group !== undefined ? partsOf(group, parts) : undefined;
}

function partsOf(group: string, [version, ...path]: readonly string[]): Place | undefined {
  const [first, namespace, next] = path;
  const isInNamespace = first === 'namespaces' && next !== undefined && !namespaceParts.includes(next);
  const [resource, name, subresource, ...more] = isInNamespace ? path.slice(2) : path;
  if (version === undefined || resource === undefined || more.length > 0) return undefined;
  return {
    group,
    version,
    resource,
    ...(first === 'namespaces' && namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

function resourceRequest(method: string, place: Place, query: URLSearchParams): ResourceRequest {
  const known = verbs[method];
  if (!known) throw new ObjectError('METHOD_NOT_ALLOWED', `the method ${method} is not known`);
  const plain = place.name === undefined ? known.all : known.one;
  const verb = plain === 'list' && isTrue(query.get('watch')) ? 'watch' : plain;
  const name = selecting.includes(verb) ? selectedName(query) : undefined;
  return { isResource: true, verb, ...place, ...(name !== undefined && { name }) };
}

const isTrue = (text: string | null): boolean => text === 'true' || text === '1';

/** Returns the name that a selector wants, by which a rule for one name can allow the request. */
function selectedName(query: URLSearchParams): string | undefined {
  const requirements = parseFieldSelector(query.get('fieldSelector') ?? '');
  return requirements.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw badRequest(`the path has a malformed escape: ${segment}`, cause);
  }
}
