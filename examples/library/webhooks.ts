import { type Server, createServer } from 'node:https';
import { json } from 'node:stream/consumers';
import { type OldShelf, type Shelf, group } from './shelf.ts';

interface ValidationRequest {
  readonly uid: string;
  readonly object: Shelf;
}

interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly (Shelf | OldShelf)[];
}

/** Serves what a server of the Kubernetes API asks about shelves. */
export const webhookServer = (key: string, cert: string): Server =>
  createServer({ key, cert }, (request, response) => {
    const answer = async (): Promise<void> => {
      const review = (await json(request)) as { readonly apiVersion: string; readonly kind: string };
      const { request: asked } = review as unknown as { readonly request: object };
      const answered =
        request.url?.startsWith('/convert') === true
          ? converted(asked as ConversionRequest)
          : validated(asked as ValidationRequest);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: review.kind, response: answered }));
    };
    answer().catch(() => response.writeHead(400).end());
  });

/** Pure. Librarians do not take what nobody can lift. */
function validated({ uid, object }: ValidationRequest): object {
  const heavy = object.spec.books?.find(({ pages }) => pages > 5_000);
  if (!heavy) return { uid, allowed: true };
  const message = `${heavy.title} has ${heavy.pages} pages, which nobody can lift`;
  return { uid, allowed: false, status: { code: 403, reason: 'Forbidden', message } };
}

/** Pure. Converts shelves between their versions. The pages of books are lost in the older one. */
function converted({ uid, desiredAPIVersion, objects }: ConversionRequest): object {
  const convertedObjects = objects.map((object) => {
    const { size } = object.spec;
    const spec =
      desiredAPIVersion === `${group}/v1`
        ? { size, books: ((object as OldShelf).spec.titles ?? []).map((title) => ({ title, pages: 100 })) }
        : { size, titles: ((object as Shelf).spec.books ?? []).map(({ title }) => title) };
    return { ...object, apiVersion: desiredAPIVersion, spec };
  });
  return { uid, result: { status: 'Success' }, convertedObjects };
}
