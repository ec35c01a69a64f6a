import type { KubeObject } from '../../object/kube-object.ts';
import { shapeCheck } from '../../object/shape-check.ts';
import type { ListOptions, ObjectList } from '../object-client.ts';
import { badRequest } from '../object-error.ts';

interface Token {
  /** The revision of the first page, which all pages bear: what changed since is seen by a watch from it. */
  readonly revision: string;
  /** The namespace and the name of the last object of the page before. */
  readonly after: readonly [string, string];
}

const tokenProblem = shapeCheck({ revision: '', after: [''] });

/**
 * Pure. Returns the page of a sorted list that the options ask for.
 * @throws ObjectError BAD_REQUEST
 */
export function listPage(
  items: readonly KubeObject[],
  current: string,
  { limit, continue: text }: ListOptions,
): ObjectList {
  const token = text === undefined ? undefined : decoded(text);
  const revision = token?.revision ?? current;
  const rest = token ? items.filter((object) => isAfter(object, token)) : items;
  const page = limit === undefined || limit === 0 ? rest : rest.slice(0, limit);
  const last = page.at(-1)?.metadata;
  return {
    resourceVersion: revision,
    items: page,
    ...(last &&
      page.length < rest.length && {
        continue: encoded({ revision, after: [last.namespace, last.name] }),
        remainingItemCount: rest.length - page.length,
      }),
  };
}

function isAfter({ metadata: { namespace, name } }: KubeObject, { after }: Token): boolean {
  return namespace > after[0] || (namespace === after[0] && name > after[1]);
}

const encoded = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function decoded(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Token;
    if (tokenProblem(token) === undefined && token.after.length === 2) return token;
  } catch {
    // What is no JSON is no token.
  }
  throw badRequest('the continue token is not one that a list gave out');
}
