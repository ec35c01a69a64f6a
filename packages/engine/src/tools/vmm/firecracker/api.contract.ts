import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import * as v from 'valibot';
import { bodySchemas, endpointOf } from './api-schema.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** What happens on a valid request. An error that it throws becomes the fault in the answer. */
export type Act = (asked: Asked, all: readonly Asked[]) => void | Promise<void>;

const isStart = (body: unknown): boolean =>
  v.is(v.looseObject({ action_type: v.literal('InstanceStart') }), body);

/**
 * Tells whether a request configures a machine. Before a snapshot is loaded, only the logger and the metrics
 * may be set.
 */
const isConfiguration = ({ method, path }: Asked): boolean =>
  method === 'PUT' && !['/logger', '/metrics', '/snapshot/load'].includes(path);

/**
 * Stands in for a Firecracker at its API socket. It checks each body against its schema. It refuses requests
 * for before the start once the machine has started, and requests for after the start until then.
 */
export class ApiDouble implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /** The faults that requests are answered with, by path. */
  readonly faults = new Map<string, string>();
  readonly #act: Act;
  #state: 'Not started' | 'Running' | 'Paused' = 'Not started';
  readonly #server: Server = createServer((request, answer) => {
    const { method = '', url: path = '' } = request;
    if (method === 'GET') {
      this.asked.push({ method, path });
      answer.writeHead(200).end(JSON.stringify(this.#show(path)));
      return;
    }
    void json(request)
      .then((body) => this.#take({ method, path, body }))
      .then(
        () => answer.writeHead(204).end(),
        (fault: Error) => answer.writeHead(400).end(JSON.stringify({ fault_message: fault.message })),
      );
  });

  constructor(act: Act = () => undefined) {
    this.#act = act;
  }

  async listen(socketPath: string): Promise<this> {
    await once(this.#server.listen(socketPath), 'listening');
    return this;
  }

  #show(path: string): object {
    return path === '/'
      ? { id: 'double', state: this.#state }
      : { mem_size_mib: 1_024, vcpu_count: 2, actual_mib: 200 };
  }

  async #take(asked: Asked): Promise<void> {
    const { method, path, body } = asked;
    this.asked.push(asked);
    const endpoint = endpointOf(method, path);
    if (endpoint === undefined) throw new Error(`Invalid request method and/or path: ${method} ${path}.`);
    if (!v.safeParse(bodySchemas[endpoint], body).success)
      throw new Error('An error occurred when deserializing the json body of a request');
    const isForLater =
      method === 'PATCH' ||
      endpoint === 'PUT /mmds' ||
      endpoint === 'PUT /snapshot/create' ||
      (endpoint === 'PUT /actions' && !isStart(body));
    const isStarted = this.#state !== 'Not started';
    if (isStarted && !isForLater)
      throw new Error('The requested operation is not supported after starting the microVM.');
    if (!isStarted && isForLater && endpoint !== 'PUT /mmds')
      throw new Error('The requested operation is not supported before starting the microVM.');
    if (endpoint === 'PUT /snapshot/create' && this.#state !== 'Paused')
      throw new Error('Create snapshot error: the microVM must be paused.');
    if (endpoint === 'PUT /snapshot/load' && this.asked.some((each) => isConfiguration(each)))
      throw new Error('Loading a microVM snapshot not allowed after configuring boot-specific resources.');
    const fault = this.faults.get(path);
    if (fault !== undefined) throw new Error(fault);
    await this.#act(asked, this.asked);
    if (isStart(body) || endpoint === 'PUT /snapshot/load') this.#state = 'Running';
    if (endpoint === 'PATCH /vm')
      this.#state = v.is(v.looseObject({ state: v.literal('Paused') }), body) ? 'Paused' : 'Running';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
