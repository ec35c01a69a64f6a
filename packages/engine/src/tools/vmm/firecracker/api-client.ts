import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { vmmRefused, vmmSilent } from '../errors.ts';
import { type FirecrackerRequest, bodySchemas, endpointOf } from './api-schema.ts';

const patienceMs = 30_000;
const retryMs = 5;
/** The size limit of an answer in characters. A VMM that its guest has broken into may answer without end. */
const answerLimit = 65_536;
const faultSchema = v.looseObject({ fault_message: v.string() });

/**
 * Sends requests to a Firecracker's API socket, one after the other. It waits a moment for a socket that does
 * not exist yet.
 * @throws CodedError VMM_REFUSED with Firecracker's message, VMM_SILENT
 */
export async function sendRequests(
  socketPath: string,
  requests: readonly FirecrackerRequest[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const each of requests) {
    while (!(await isSent(socketPath, each, { deadline, signal })))
      await delay(retryMs, undefined, { signal });
  }
}

/** Sends a request. Returns false if nobody listens on the socket yet, so that the caller can try again. */
async function isSent(
  socketPath: string,
  sent: FirecrackerRequest,
  { deadline, signal }: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const what = `${sent.method} ${sent.path}`;
  const endpoint = endpointOf(sent.method, sent.path);
  if (endpoint === undefined) throw new RangeError(`Firecracker has no ${what}`);
  v.parse(bodySchemas[endpoint], sent.body); // an invalid body is a bug of ours
  try {
    const { status, body } = await exchange(socketPath, sent, signal);
    if (status < 200 || status > 299) throw vmmRefused(what, faultOf(body, status));
    return true;
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw failure;
    if (Date.now() < deadline) return false;
    throw vmmSilent(patienceMs / 1_000, failure);
  }
}

/**
 * Returns the memory that a guest was booted with, in MiB.
 * @throws CodedError VMM_REFUSED
 */
export async function bootedMemoryMiB(socketPath: string, signal: AbortSignal): Promise<number> {
  const config = v.looseObject({ mem_size_mib: v.number() });
  return v.parse(config, await ask(socketPath, '/machine-config', signal)).mem_size_mib;
}

/**
 * Returns how much of the guest's memory the balloon has, in MiB, as the guest last reported it.
 * @throws CodedError VMM_REFUSED
 */
export async function balloonMiB(socketPath: string, signal: AbortSignal): Promise<number> {
  const answer = await ask(socketPath, '/balloon/statistics', signal);
  return v.parse(v.looseObject({ actual_mib: v.number() }), answer).actual_mib;
}

/**
 * Tells whether the guest has been started, even if it has ended since.
 * @throws CodedError VMM_REFUSED
 */
export async function hasStarted(socketPath: string, signal: AbortSignal): Promise<boolean> {
  const instance = v.looseObject({ state: v.picklist(['Not started', 'Running', 'Paused']) });
  return v.parse(instance, await ask(socketPath, '/', signal)).state !== 'Not started';
}

async function ask(socketPath: string, path: string, signal: AbortSignal): Promise<unknown> {
  const { status, body } = await exchange(socketPath, { method: 'GET', path, body: undefined }, signal);
  if (status !== 200) throw vmmRefused(`GET ${path}`, faultOf(body, status));
  return JSON.parse(body);
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

function exchange(
  socketPath: string,
  { method, path, body }: Exchange,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': content.length,
  };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const asked = request({ socketPath, method, path, headers, signal, agent: false }, (answer) => {
    bodyOf(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: said }), reject);
  });
  asked.once('error', reject);
  asked.end(content);
  return promise;
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  let said = '';
  for await (const part of answer.setEncoding('utf8') as AsyncIterable<string>) {
    said += part;
    if (said.length >= answerLimit) break;
  }
  return said.slice(0, answerLimit);
}

function faultOf(body: string, status: number): string {
  try {
    return v.parse(faultSchema, JSON.parse(body)).fault_message;
  } catch {
    return `it answered with status ${status}`;
  }
}
