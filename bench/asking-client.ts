import type { ServerAccess } from '@ignite/toolkit/client/over-http/server-access';
import type { AskedKind } from './asked-kind.ts';
import { timed } from './measure.ts';
import { OpenWatches } from './open-watches.ts';
import { StreamingConnection } from './streaming-connection.ts';

/** The requests of one turn, of which the average counts. */
const requests = 50;

/** The object that is watched. */
const watched = 'object-0';

/** Asks a server for objects of one kind, one request after another, and tells how long that takes. */
export class AskingClient implements Disposable {
  readonly #connection: StreamingConnection;
  readonly #kind: AskedKind;
  #time = 0;
  #made = 0;

  constructor(access: ServerAccess, kind: AskedKind) {
    this.#connection = new StreamingConnection(access);
    this.#kind = kind;
  }

  /** Returns the time of one request, in milliseconds. */
  async average(ask: (name: string) => Promise<unknown>): Promise<number> {
    const all = await timed(async () => {
      for (let at = 0; at < requests; at += 1) await ask(`object-${at}`);
    });
    return all / requests;
  }

  async create(): Promise<unknown> {
    const content = this.#kind.object(`object-${this.#made}`);
    this.#made += 1;
    return await this.#send('POST', this.#kind.path, 'application/json', content);
  }

  /** Creates objects until there are so many. */
  async fill(count: number): Promise<void> {
    while (this.#made < count) await this.create();
  }

  async get(name: string): Promise<unknown> {
    return await this.#connection.call({ method: 'GET', path: `${this.#kind.path}/${name}` });
  }

  async list(): Promise<unknown> {
    return await this.#connection.call({ method: 'GET', path: this.#kind.path });
  }

  async patch(name: string): Promise<unknown> {
    this.#time += 1;
    const path = `${this.#kind.path}/${name}`;
    return await this.#send('PATCH', path, 'application/merge-patch+json', this.#kind.patch(this.#time));
  }

  async apply(name: string): Promise<unknown> {
    this.#time += 1;
    const path = `${this.#kind.path}/${name}?fieldManager=bench&force=true`;
    const object = this.#kind.object(name);
    const metadata = { ...object.metadata, labels: { time: String(this.#time) } };
    return await this.#send('PATCH', path, 'application/apply-patch+yaml', { ...object, metadata });
  }

  /** Opens watches of one of the objects. */
  async openWatches(count: number): Promise<OpenWatches> {
    return await OpenWatches.open(count, (signal) => this.#watch(signal));
  }

  /** Changes the object that is watched. */
  async change(): Promise<unknown> {
    return await this.patch(watched);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  /** Watches the object, whose state is the first line. */
  #watch(signal: AbortSignal): AsyncGenerator<string> {
    const path = `${this.#kind.path}?watch=true&fieldSelector=metadata.name%3D${watched}`;
    return this.#connection.lines({ method: 'GET', path, signal });
  }

  async #send(method: 'POST' | 'PATCH', path: string, type: string, content: unknown): Promise<unknown> {
    return await this.#connection.call({ method, path, body: { type, content } });
  }
}
