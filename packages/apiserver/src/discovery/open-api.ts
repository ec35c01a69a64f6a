import type { DocumentedKind } from '../openapi/documented-kind.ts';
import { type V2Document, v2Document } from '../openapi/v2-document.ts';
import { v2Protobuf } from '../openapi/v2-protobuf.ts';
import { type V3Documents, v3Documents } from '../openapi/v3-index.ts';
import { parseAccept } from '../request/media-type.ts';
import type { ServedResource } from '../resource/served-resource.ts';
import type { ContentReply } from '../response/reply.ts';

/** What clients ask for, and what they can read as the type of the answer: they stumble over the `@`. */
const protobuf = {
  asked: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  answered: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
};

/** The documents of the kinds that are served, which are made when they are asked for first. */
export class OpenApi {
  readonly #version: string;
  #kinds: readonly ServedResource[] = [];
  #v2: V2Document | undefined;
  #v3: V3Documents | undefined;

  constructor(version: string) {
    this.#version = version;
  }

  /** Answers a request for a document. Returns `undefined` if the path is of something else. */
  at(path: string, accept: string | undefined, kinds: readonly ServedResource[]): ContentReply | undefined {
    if (kinds !== this.#kinds) [this.#kinds, this.#v2, this.#v3] = [kinds, undefined, undefined];
    if (path === '/openapi/v2') return this.#v2Reply(accept);
    if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
    this.#v3 ??= v3Documents(kinds.map(documented), this.#version);
    const { index, documents } = this.#v3;
    const content = path === '/openapi/v3' ? index : documents.get(path.slice('/openapi/v3/'.length));
    return content && { type: 'content', code: 200, content, isKept: true };
  }

  #v2Reply(accept: string | undefined): ContentReply {
    this.#v2 ??= v2Document(this.#kinds.map(documented), this.#version);
    const reply = { type: 'content', code: 200, isKept: true } as const;
    if (!parseAccept(accept ?? '').some(({ type }) => type === protobuf.asked))
      return { ...reply, content: this.#v2 };
    return { ...reply, content: Buffer.from(v2Protobuf(this.#v2)), mediaType: protobuf.answered };
  }
}

const documented = (served: ServedResource): DocumentedKind => ({
  ...served,
  isMergedStrategically: served.mergeKeys !== undefined,
});
