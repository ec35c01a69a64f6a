import type { ServerResponse } from 'node:http';
import type { WatchEvent } from '@ignite/toolkit/client/object-client';
import { type Form, negotiate } from '../response/negotiate.ts';
import { type Shown, renderEvent, renderList, renderObject } from '../response/render.ts';
import type { ContentReply, Reply } from '../response/reply.ts';
import { mediaTypeOf, send } from '../response/send.ts';
import { stream } from '../response/stream.ts';
import type { Status, Subject } from '../response/status.ts';
import type { IncludedObject } from '../response/table.ts';
import type { ServedResource } from '../resource/served-resource.ts';

/** How a client wants to be answered. */
export interface Wanted {
  readonly form: Form;
  readonly include: IncludedObject;
}

const included: readonly IncludedObject[] = ['None', 'Metadata', 'Object'];

/** Pure. @throws RequestError NOT_ACCEPTABLE */
export const wantedForm = (accept: string | undefined, query: URLSearchParams): Wanted => ({
  form: negotiate(accept),
  include: included.find((each) => each === query.get('includeObject')) ?? 'Metadata',
});

/** What is known of a request where it is answered. */
export interface Answering extends Wanted {
  readonly resource: ServedResource;
  /** Returns what a client is told of a failure. */
  readonly statusOf: (failure: unknown, subject?: Subject) => Status;
  readonly signal: AbortSignal;
}

/** Sends what a request for objects of a kind is answered with. */
export async function respond(
  response: ServerResponse,
  reply: Reply,
  { form, include, resource, statusOf, signal }: Answering,
): Promise<void> {
  const shown = { resource, form, include, nowMs: Date.now() };
  const mediaType = mediaTypeOf(form);
  switch (reply.type) {
    case 'object': {
      const { code, object, warnings = [] } = reply;
      return await send(response, { code, content: renderObject(object, shown), mediaType, warnings });
    }
    case 'list':
      return await send(response, { code: 200, content: renderList(reply.list, shown), mediaType });
    case 'watch':
      return await stream(response, rendered(reply.events, shown, statusOf), signal);
    case 'content':
      return await sendContent(response, reply, form);
  }
}

/** Sends what has only one form. */
export const sendContent = async (
  response: ServerResponse,
  { mediaType, ...reply }: ContentReply,
  form: Form,
): Promise<void> => await send(response, { ...reply, mediaType: mediaType ?? mediaTypeOf(form) });

/** A watch that fails has been answered already, so that its last event tells of it. */
async function* rendered(
  events: AsyncIterable<WatchEvent>,
  shown: Shown,
  statusOf: Answering['statusOf'],
): AsyncGenerator<unknown> {
  try {
    for await (const event of events) yield renderEvent(event, { ...shown, nowMs: Date.now() });
  } catch (failure) {
    yield { type: 'ERROR', object: statusOf(failure, shown.resource) };
  }
}
