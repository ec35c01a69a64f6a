import assert from 'node:assert/strict';
import { serveFuzzedApi } from './served-api.ts';

/** A schema of OpenAPI as far as values are made from it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

interface Documented {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly 'x-kubernetes-group-version-kind': Identity;
}

interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: {
    readonly schemas: Readonly<
      Record<string, Schema & { readonly 'x-kubernetes-group-version-kind'?: readonly Identity[] }>
    >;
  };
}

/** One thing that the documents of an API say that requests can do. */
export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly queries: readonly string[];
  /** The media types of bodies; none if there is no body. */
  readonly types: readonly string[];
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: Schema;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Reads all operations from the OpenAPI documents of an API. */
export async function readOperations(): Promise<readonly Operation[]> {
  await using api = await serveFuzzedApi();
  const read = async (path: string): Promise<unknown> => {
    const answer = await api.ask({ method: 'GET', path, headers: {} });
    assert.equal(answer.code, 200, path);
    return JSON.parse(answer.text);
  };
  const index = (await read('/openapi/v3')) as {
    readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
  };
  const documents: Document[] = [];
  for (const { serverRelativeURL } of Object.values(index.paths))
    documents.push((await read(serverRelativeURL)) as Document);
  return documents.flatMap(operationsIn);
}

const operationsIn = ({ paths, components: { schemas } }: Document): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, documented]) => {
      const { group, version, kind } = documented['x-kubernetes-group-version-kind'];
      const schema = Object.values(schemas).find(({ 'x-kubernetes-group-version-kind': of = [] }) =>
        of.some((each) => each.kind === kind && each.group === group && each.version === version),
      );
      const parameters = documented.parameters ?? [];
      return {
        ...{ path, kind, schemas },
        method: method.toUpperCase(),
        queries: parameters.filter((each) => each.in === 'query').map(({ name }) => name),
        types: Object.keys(documented.requestBody?.content ?? {}),
        apiVersion: group === '' ? version : `${group}/${version}`,
        schema: schema ?? {},
      };
    }),
  );
