import { createHash } from 'node:crypto';
import { type DocumentedKind, apiPathOf } from './documented-kind.ts';
import { type V3Document, v3Document } from './v3-document.ts';

export interface V3Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

/** The OpenAPI v3 documents of an API: one for each group and version, and where each is found. */
export interface V3Documents {
  readonly index: V3Index;
  /** The documents by the paths of the index, such as `apis/garden.example/v1`. */
  readonly documents: ReadonlyMap<string, V3Document>;
}

/** Returns the documents of all kinds. Their addresses change with what they say, so that clients can keep them. */
export function v3Documents(kinds: readonly DocumentedKind[], version: string): V3Documents {
  const byPath = Map.groupBy(kinds, apiPathOf);
  const documents = new Map([...byPath].map(([path, each]) => [path, v3Document(each, version)]));
  const paths = [...documents].map(([path, document]) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(document)}` },
  ]);
  return { index: { paths: Object.fromEntries(paths) as V3Index['paths'] }, documents };
}

/** Returns the hash of a document, for its address and its ETag. */
export const hashOf = (document: object): string =>
  createHash('sha512').update(JSON.stringify(document)).digest('hex').toUpperCase();
