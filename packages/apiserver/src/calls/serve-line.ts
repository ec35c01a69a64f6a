import { finished } from 'node:stream/promises';
import type { Client } from '@ignite/api/client/client';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { WindowSize } from '@ignite/api/client/vm-streams';
import { type ServerMessage, channels, parseClientMessage } from '@ignite/api/remote/messages';
import { toldFailure } from '@ignite/api/remote/told-failure';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { IncomingChannel, OutgoingChannel } from '@ignite/toolkit/line/channel';
import type { Line } from '@ignite/toolkit/line/line';
import type { Log } from '@ignite/toolkit/log/log';
import type { UserWrite } from '../request/user-write.ts';
import type { AuditedRequest } from '../audit/audit-event.ts';
import { type AuditedExchange, clientGone } from '../audit/audited-exchange.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { failureStatus } from '../response/failure-status.ts';
import { type Caller, authorizeCall } from './authorize-call.ts';
import { callPath, callRequest } from './call-request.ts';
import { type AskedCall, askedCall } from './calls.ts';

export interface LineOptions {
  /** Returns what makes a call, in whose writes others have a say. */
  readonly clientFor: (write: UserWrite) => Client;
  /** Finds out who makes a call, since a line may be open for longer than its credentials are good. */
  readonly findCaller: (signal: AbortSignal, audited: AuditedExchange | undefined) => Promise<Caller['user']>;
  /** Begins the record of a call, if calls are recorded. */
  readonly record: (url: string, request: RequestInfo) => AuditedExchange | undefined;
  readonly may: Caller['may'];
  /** Aborts when calls are to end, since the server is about to. */
  readonly ending: AbortSignal;
  readonly log: Log;
}

/** Transfers are told no more while this many bytes have not left yet. */
const mostBacklog = 262_144;

/** A line is given up on which this many bytes have not left, which is more than a client that reads lets wait. */
const mostUnread = 16_777_216;

/**
 * Makes the calls that come in on a line, one after the other, until it closes. Clients that keep to no rules are cut
 * off, so that nothing is kept for them.
 */
export function serveLine(line: Line, options: LineOptions): void {
  let call: ServedCall | undefined;
  const closeIfIdle = (): void => {
    if (!call) line.close();
  };
  options.ending.addEventListener('abort', closeIfIdle, { once: true });
  line.closed.addEventListener('abort', () => options.ending.removeEventListener('abort', closeIfIdle), {
    once: true,
  });
  line.receive((message) => {
    if (typeof message !== 'string') {
      // What comes after the end of a call is of no use.
      if (call?.receive(message) === false) line.terminate();
      return;
    }
    const said = parseClientMessage(message);
    if (said?.type === 'call' && !call) {
      const begun = new ServedCall(line, options);
      call = begun;
      void begun.run(said.name, said.args).then(() => {
        call = undefined;
        if (options.ending.aborted) line.close();
      });
    } else if (said?.type === 'abort') call?.abort();
    else if (said?.type === 'taken') {
      if (call?.taken(said.channel, said.bytes) === false) line.terminate();
    } else if (said?.type === 'resize') call?.resize(said);
    else line.terminate();
  });
}

/** A call that is being made. */
class ServedCall {
  readonly #line: Line;
  readonly #options: LineOptions;
  readonly #aborted = new AbortController();
  readonly #input: IncomingChannel;
  readonly #output: OutgoingChannel;
  readonly #errors: OutgoingChannel;
  #resize: (size: WindowSize) => void = () => {};
  readonly #warnings = new Set<string>();

  constructor(line: Line, options: LineOptions) {
    this.#line = line;
    this.#options = options;
    const taken = (bytes: number): void => this.#say({ type: 'taken', channel: channels.input, bytes });
    this.#input = new IncomingChannel(taken);
    this.#output = new OutgoingChannel(channels.output, (message) => line.send(message));
    this.#errors = new OutgoingChannel(channels.errors, (message) => line.send(message));
    for (const stream of [this.#input, this.#output, this.#errors]) stream.on('error', () => {});
  }

  /** Takes bytes of the input, and returns whether the client keeps to what may be sent. */
  receive(message: Buffer): boolean {
    return message[0] === channels.input && this.#input.receive(message.subarray(1));
  }

  /** Lets more be sent, and returns whether the client can have taken so much. */
  taken(channel: number, bytes: number): boolean {
    if (channel === channels.output) return this.#output.taken(bytes);
    return channel === channels.errors && this.#errors.taken(bytes);
  }

  resize(size: WindowSize): void {
    this.#resize(size);
  }

  abort(): void {
    this.#aborted.abort();
  }

  /** Never rejects: what fails is told. */
  async run(name: string, args: readonly unknown[]): Promise<void> {
    const { ending, log } = this.#options;
    const signal = AbortSignal.any([this.#aborted.signal, this.#line.closed, ending]);
    const streams = [this.#input, this.#output, this.#errors];
    const cutOff = (): void => {
      for (const stream of streams) stream.destroy(signal.reason as Error);
    };
    signal.addEventListener('abort', cutOff, { once: true });
    try {
      const value = await this.#answer(name, askedCall(name, args), signal);
      this.#say({ type: 'result', value });
    } catch (failure) {
      const isOfServer = !(failure instanceof CodedError) && !signal.aborted;
      if (isOfServer) log('error', 'a call failed', { call: name, error: errorText(failure) });
      this.#say({ type: 'failure', failure: toldFailure(failure) });
    } finally {
      signal.removeEventListener('abort', cutOff);
      for (const stream of streams) stream.destroy();
    }
  }

  /** Makes a call, and has it recorded. */
  async #answer(name: string, asked: AskedCall, signal: AbortSignal): Promise<unknown> {
    const { record, log } = this.#options;
    const audited = record(callPath(name), callRequest(name, asked.access, asked.args));
    const end = (answer: AuditedRequest['answer']): void => {
      audited
        ?.end(answer)
        .catch((failure: unknown) => log('error', 'a call was not recorded', { error: errorText(failure) }));
    };
    try {
      const value = await this.#make(asked, audited, signal);
      if (asked.hasOutput) await Promise.all([this.#output, this.#errors].map(ended));
      end({ code: 200 });
      return value;
    } catch (failure) {
      const { code = 500, reason } = failureStatus(failure);
      end(signal.aborted ? { code: clientGone } : { code, reason });
      throw failure;
    }
  }

  async #make(
    { access, make, args }: AskedCall,
    audited: AuditedExchange | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { clientFor, findCaller } = this.#options;
    const user = await findCaller(signal, audited);
    const client = clientFor({
      user,
      isDryRun: false,
      warn: (warning) => this.#warn(warning),
      annotate: (key, value) => audited?.annotate(key, value),
    });
    const may: Caller['may'] = async (...question) => {
      const decision = await this.#options.may(...question);
      audited?.isDecided(decision);
      return decision;
    };
    const allowed = await authorizeCall(access, args, { user, may, vms: client.vms }, signal);
    return await make(client, allowed, {
      input: this.#input,
      output: this.#output,
      errors: this.#errors,
      opened: (about) => this.#say({ type: 'opened', about }),
      onResize: (listener) => (this.#resize = listener),
      op: { signal, report: (event) => this.#report(event) },
    });
  }

  /** A call may write an object more than once, about which the same is said. */
  #warn(message: string): void {
    if (!this.#warnings.has(message)) this.#report({ kind: 'warning', message });
    this.#warnings.add(message);
  }

  #report(event: ProgressEvent): void {
    if (event.kind === 'transfer' && this.#line.backlog > mostBacklog) return;
    this.#say({ type: 'progress', event });
  }

  #say(message: ServerMessage): void {
    if (this.#line.backlog > mostUnread) this.#line.terminate();
    else this.#line.send(JSON.stringify(message));
  }
}

/** Resolves once all that was written has been sent, with the end after it. Rejects if the call was cut off before. */
async function ended(channel: OutgoingChannel): Promise<void> {
  channel.end();
  await finished(channel);
}
