import type { ServedResource } from '../resource/served-resource.ts';
import type { ContentReply } from '../response/reply.ts';
import { type V3Documents, v3Documents } from './v3-index.ts';
import { v2Document } from './v2-document.ts';
import { v2Protobuf } from './v2-protobuf.ts';

/** What the API at one time says of itself. */
interface OpenApi {
  readonly v2: { readonly json: object; readonly protobuf: Uint8Array };
  readonly v3: V3Documents;
}

const made = new WeakMap<readonly ServedResource[], OpenApi>();

/** Pure. Returns the documents, which are made once as long as the same kinds are served. */
function documentsOf(resources: readonly ServedResource[], version: string): OpenApi {
  const known = made.get(resources);
  if (known) return known;
  const json = v2Document(resources, version);
  const documents = { v2: { json, protobuf: v2Protobuf(json) }, v3: v3Documents(resources, version) };
  made.set(resources, documents);
  return documents;
}

/** The type of OpenAPI v2 that clients ask for has an `@`, which their parsers of answers refuse. */
const asked = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const answered = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Pure. Answers a request for OpenAPI. Returns `undefined` if the path is of something else. */
export function openApi(
  path: string,
  accept: string | undefined,
  { resources, version }: { readonly resources: readonly ServedResource[]; readonly version: string },
): ContentReply | undefined {
  if (!path.startsWith('/openapi/')) return undefined;
  const { v2, v3 } = documentsOf(resources, version);
  if (path === '/openapi/v2')
    return accept?.includes(asked)
      ? { ...kept(v2.protobuf), mediaType: answered }
      : { ...kept(v2.json), mediaType: 'application/json' };
  if (path === '/openapi/v3') return kept(v3.index);
  const document = v3.documents.get(path.replace('/openapi/v3/', ''));
  return document && kept(document);
}

const kept = (content: unknown): ContentReply => ({ type: 'content', code: 200, content, isKept: true });
