import type { ObjectList, WatchEvent } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Status } from './status.ts';

/** What a request is answered with, before it is known in which form. */
export type Reply = ObjectReply | ListReply | WatchReply | ContentReply;

export interface ObjectReply {
  readonly type: 'object';
  readonly code: 200 | 201;
  readonly object: KubeObject;
  /** What the client's user is to be told beside. */
  readonly warnings?: readonly string[];
}

export interface ListReply {
  readonly type: 'list';
  readonly list: ObjectList;
}

export interface WatchReply {
  readonly type: 'watch';
  readonly events: AsyncIterable<WatchEvent>;
}

/** What is no object of a kind, such as a Status or discovery, and has only one form. */
export interface ContentReply {
  readonly type: 'content';
  readonly code: number;
  readonly content: unknown;
  /** The media type, if it is not the one that was negotiated. */
  readonly mediaType?: string;
  /** Whether clients keep it and ask only whether it has changed. */
  readonly isKept?: boolean;
}

export const statusReply = (status: Status): ContentReply => ({
  type: 'content',
  code: status.code ?? 200,
  content: status,
});
