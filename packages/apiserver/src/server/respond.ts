import type { ObjectList, WatchEvent } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ApiResponse } from '../request/exchange.ts';
import { type Form, negotiate } from '../response/negotiate.ts';
import { type Shown, renderEvent, renderList, renderObject } from '../response/render.ts';
import type { ContentReply, Reply } from '../response/reply.ts';
import { type Line, lineOf, sharedLine } from '../response/line.ts';
import { mediaTypeOf, send } from '../response/send.ts';
import { stream } from '../response/stream.ts';
import { wireListText, wireText } from '../response/wire-text.ts';
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
  response: ApiResponse,
  reply: Reply,
  { form, include, resource, statusOf, signal }: Answering,
): Promise<void> {
  const shown = { resource, form, include, nowMs: Date.now() };
  const mediaType = mediaTypeOf(form);
  switch (reply.type) {
    case 'object': {
      const { code, object, warnings = [] } = reply;
      return await send(response, { code, content: objectContent(object, shown), mediaType, warnings });
    }
    case 'list':
      return await send(response, { code: 200, content: listContent(reply.list, shown), mediaType });
    case 'watch':
      return await stream(response, rendered(reply.events, shown, statusOf), signal);
    case 'content':
      return await sendContent(response, reply, form);
  }
}

/** Sends what has only one form. */
export const sendContent = async (
  response: ApiResponse,
  { mediaType, ...reply }: ContentReply,
  form: Form,
): Promise<void> => await send(response, { ...reply, mediaType: mediaType ?? mediaTypeOf(form) });

/** Pure. Tells whether an answer is whole objects as JSON. */
const isWhole = ({ form: { as, encoding } }: Shown): boolean => !as && encoding === 'json';

const objectContent = (object: KubeObject, shown: Shown): unknown =>
  isWhole(shown) ? wireText(object, shown.resource) : renderObject(object, shown);

const listContent = (list: ObjectList, shown: Shown): unknown =>
  isWhole(shown) ? wireListText(list, shown.resource) : renderList(list, shown);

/** Returns an event as one line of JSON, in which form watches are whatever is asked. */
function eventLine(event: WatchEvent, shown: Shown, form: string): Line {
  const { as } = shown.form;
  // The cells of tables tell of the time that has passed.
  if (event.type === 'BOOKMARK' || as?.type === 'Table')
    return lineOf(JSON.stringify(renderEvent(event, { ...shown, nowMs: Date.now() })));
  return sharedLine(event.object, `${event.type} ${form}`, () =>
    as
      ? JSON.stringify(renderEvent(event, shown))
      : `{"type":"${event.type}","object":${wireText(event.object, shown.resource)}}`,
  );
}

/** Pure. Tells forms of lines apart that an object can have. */
const lineForm = ({ resource: { kind, hidesGeneration }, form: { as } }: Shown): string =>
  [kind, hidesGeneration, as?.type, as?.version].join(' ');

/** A watch that fails has been answered already, so that its last event tells of it. */
async function* rendered(
  events: AsyncIterable<WatchEvent>,
  shown: Shown,
  statusOf: Answering['statusOf'],
): AsyncGenerator<Line> {
  const form = lineForm(shown);
  try {
    for await (const event of events) yield eventLine(event, shown, form);
  } catch (failure) {
    yield lineOf(JSON.stringify({ type: 'ERROR', object: statusOf(failure, shown.resource) }));
  }
}
