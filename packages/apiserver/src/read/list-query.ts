import { parseFieldSelector } from '@ignite/toolkit/client/field-selector';
import { parseLabelSelector } from '@ignite/toolkit/client/label-selector';
import type { Selection } from '@ignite/toolkit/client/object-client';
import { type ErrorCause, ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import { type ObjectRequest, namespaceOf } from '../resource/object-request.ts';

/** What a list or a watch asks for (Kubernetes: ListOptions). */
export interface ListQuery {
  readonly selection: Selection;
  readonly limit?: number;
  readonly continue?: string;
  /** The revision that is named; absent if the newest or any is meant. */
  readonly revision?: string;
  readonly match?: 'Exact' | 'NotOlderThan';
  readonly sendInitialEvents?: boolean;
  readonly allowBookmarks: boolean;
  readonly timeoutSeconds?: number;
}

/**
 * Pure. Reads the query of a list or a watch.
 * @throws ObjectError BAD_REQUEST, INVALID
 */
export function listQuery(request: ObjectRequest): ListQuery {
  const { query, info } = request;
  const given = (name: string): string | undefined => query.get(name) || undefined;
  const problems = problemsOf(given, info.verb === 'watch');
  if (problems.length > 0) throw new ObjectError('INVALID', 'the query is invalid', { causes: problems });
  const [limit, timeoutSeconds] = [wholeNumber(query, 'limit'), wholeNumber(query, 'timeoutSeconds')];
  const [token, revision] = [given('continue'), revisionOf(given('resourceVersion'))];
  const match = given('resourceVersionMatch');
  return {
    selection: selectionOf(request),
    ...(limit !== undefined && { limit }),
    ...(token !== undefined && { continue: token }),
    ...(revision !== undefined && { revision }),
    ...((match === 'Exact' || match === 'NotOlderThan') && { match }),
    ...(query.has('sendInitialEvents') && { sendInitialEvents: isTrue(query, 'sendInitialEvents') }),
    allowBookmarks: isTrue(query, 'allowWatchBookmarks'),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
}

/** Pure. @throws ObjectError BAD_REQUEST */
export function selectionOf(request: ObjectRequest): Selection {
  const { query, resource } = request;
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  const selectable = ['metadata.name', 'metadata.namespace', ...resource.selectableFields];
  const unknown = fields.find(({ field }) => !selectable.includes(field));
  if (unknown) throw badRequest(`field label not supported: ${unknown.field}`);
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  return { namespace: namespaceOf(request), labels, fields };
}

function problemsOf(given: (name: string) => string | undefined, isWatch: boolean): readonly ErrorCause[] {
  const match = given('resourceVersionMatch');
  const sendsInitial = given('sendInitialEvents');
  if (sendsInitial !== undefined && !isWatch)
    return [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')];
  if (sendsInitial !== undefined && match !== 'NotOlderThan')
    return [
      forbidden('resourceVersionMatch', 'sendInitialEvents requires resourceVersionMatch=NotOlderThan'),
    ];
  if (match === undefined || sendsInitial !== undefined) return [];
  if (isWatch) return [forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch')];
  return matchProblems(match, given);
}

function matchProblems(match: string, given: (name: string) => string | undefined): readonly ErrorCause[] {
  const field = 'resourceVersionMatch';
  const revision = given('resourceVersion');
  if (given('continue') !== undefined)
    return [forbidden(field, `${field} is forbidden when continue is provided`)];
  if (revision === undefined)
    return [forbidden(field, `${field} is forbidden unless resourceVersion is provided`)];
  if (match !== 'Exact' && match !== 'NotOlderThan')
    return [
      { field, reason: 'FieldValueNotSupported', message: 'supported values: "Exact", "NotOlderThan"' },
    ];
  return match === 'Exact' && revision === '0'
    ? [forbidden(field, `${field} "Exact" is forbidden for resourceVersion "0"`)]
    : [];
}

const forbidden = (field: string, message: string): ErrorCause => ({
  field,
  reason: 'FieldValueForbidden',
  message,
});

/** Revision 0 means any, which the newest is. */
function revisionOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '0') return undefined;
  if (!/^\d{1,20}$/.test(text))
    throw badRequest(`resourceVersion: Invalid value: "${text}": it is no number`);
  return text;
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,10}$/.test(text)) throw badRequest(`${name}: Invalid value: "${text}": it is no number`);
  return Number(text);
}

const isTrue = (query: URLSearchParams, name: string): boolean => /^(1|t|true)$/i.test(query.get(name) ?? '');
