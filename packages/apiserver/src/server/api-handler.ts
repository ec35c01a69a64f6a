import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AdmittedClient } from '@ignite/toolkit/client/admitted-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { callsPath } from '@ignite/api/remote/messages';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';
import type { AdmissionPort } from '../admission/admission-port.ts';
import type { UserWrite } from '../request/user-write.ts';
import { type AuditTrail, AuditedExchange, clientGone } from '../audit/audited-exchange.ts';
import { discover } from '../discovery/discover.ts';
import { openApi } from '../openapi/open-api.ts';
import type { Authenticator, Authorizer } from '../request/access.ts';
import { type Body, decodeBody } from '../request/decode-body.ts';
import { type ApiRequest, type ApiResponse, breakOff, closeAfter, takeNoMore } from '../request/exchange.ts';
import { programOf } from '../request/program.ts';
import { readBody } from '../request/read-body.ts';
import { RequestError } from '../request/request-error.ts';
import type { PathRequest, RequestInfo, ResourceRequest } from '../request/request-info.ts';
import { type UserInfo, anonymous } from '../request/user-info.ts';
import { requestInfoOf } from '../request/request-info-of.ts';
import type { Connector } from '../resource/connector.ts';
import { keyOf } from '../resource/object-request.ts';
import { type ServedResource, connectorAt, nothingServed, servedAt } from '../resource/served-resource.ts';
import { FailureAbout } from '../response/failure-about.ts';
import { failureStatus } from '../response/failure-status.ts';
import { negotiateContent } from '../response/negotiate.ts';
import { type ContentReply, statusReply } from '../response/reply.ts';
import { warn } from '../response/send.ts';
import type { Status, Subject } from '../response/status.ts';
import type { AccessQuestion } from '../reviews/access-services.ts';
import type { Upgrade } from '../streams/upgrade.ts';
import { type CallPort, answerCalls } from './answer-calls.ts';
import { checkAccess, findUser } from './check-access.ts';
import { connect, connectionInfo } from './connect.ts';
import { type HealthCheck, healthQuestion, healthReply } from './health.ts';
import { observeRequest, observedRequest } from './observe-request.ts';
import { ServerPlaces } from './server-places.ts';
import type { RequestObserver } from './request-observer.ts';
import { respond, sendContent, wantedForm } from './respond.ts';
import { serveObjects } from './serve-objects.ts';
import { serverVersion } from './server-version.ts';

export interface ApiOptions {
  readonly client: ObjectClient;
  /** Returns the kinds that are served now. */
  readonly resources: () => readonly ServedResource[];
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Limits what users write, and answers reviews and requests for tokens. Without it, there are none. */
  readonly access?: AccessPort;
  /** Gives others a say in what users write. */
  readonly admission?: AdmissionPort;
  /** Makes the calls of clients of Ignite on other hosts. Without it, there are none. */
  readonly calls?: CallPort;
  /** Where requests are recorded. Without it, none are. */
  readonly audit?: AuditTrail | undefined;
  readonly checks: readonly HealthCheck[];
  /** Is told of each request. */
  readonly observer?: RequestObserver;
  /** Returns what the server has counted, as Prometheus reads it. Without it, `/metrics` is not served. */
  readonly metrics?: () => Promise<string>;
  /** The name and the version of this program, such as `ignite-0.1.0`. */
  readonly product: string;
  readonly log: Log;
}

export interface AccessPort {
  /** Returns the client with which a user writes. */
  clientFor(user: UserInfo, signal: AbortSignal): ObjectClient;
  /** Answers a request that is a question about access, and returns undefined for others. */
  answer(question: AccessQuestion): Promise<unknown>;
}

/** The reason of signals that abort when nobody waits any more, which is made once, since most requests end so. */
const connectionClosed = new DOMException('the response was closed', 'AbortError');

/** The time in which a request must be answered that is no watch, in milliseconds. */
const answerMs = 60_000;

/** Answers requests as a Kubernetes API server does. */
export interface ApiHandler {
  readonly answer: (message: ApiRequest, response: ApiResponse) => void;
  /** Answers a request to go on with another protocol. */
  readonly upgrade: (message: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** @param ending aborts when watches and streams are to end, since the server is about to */
export function apiHandler(options: ApiOptions, ending: AbortSignal): ApiHandler {
  const shared = { places: new ServerPlaces(), ending };
  const handle = (exchange: Exchange): void => {
    answer(options, exchange).catch((failure: unknown) => {
      options.log('error', 'an answer was not sent', { error: errorText(failure) });
      breakOff(exchange.response);
    });
  };
  return {
    answer: (message, response) => handle({ ...shared, message, response }),
    upgrade: (message, socket, head) => {
      const response = new ServerResponse(message);
      response.assignSocket(socket);
      response.shouldKeepAlive = false;
      response.once('finish', () => socket.end());
      socket.on('error', () => socket.destroy());
      const takeOver = (): void => {
        response.statusCode = switching;
        response.detachSocket(socket);
      };
      handle({ ...shared, message, response, upgrade: { message, socket, head, takeOver } });
    },
  };
}

/** A request and its response. */
interface Exchange {
  readonly message: ApiRequest;
  readonly response: ApiResponse;
  readonly places: ServerPlaces;
  readonly upgrade?: Upgrade;
  readonly ending: AbortSignal;
}

async function answer(options: ApiOptions, exchange: Exchange): Promise<void> {
  const { message, response } = exchange;
  const closed = new AbortController();
  (exchange.upgrade?.socket ?? response).once('close', () => closed.abort(connectionClosed));
  // A connection of HTTP/1.1 on which has been answered at the end is not kept open for more.
  response.once('finish', () => void (exchange.ending.aborted && !message.stream && message.socket.end()));
  try {
    const asked = requestInfoOf(message.method ?? '', message.url ?? '');
    const connector = asked.isResource ? connectorAt(options.resources(), asked) : undefined;
    const info = asked.isResource && connector ? connectionInfo(asked, connector) : asked;
    const isLine = !info.isResource && info.path === callsPath;
    const lasts = info.verb === 'watch' || connector !== undefined || isLine;
    if (options.observer) {
      const observed = observedRequest(asked, message, options.resources());
      const request = connector || isLine ? { ...observed, verb: 'CONNECT', isLong: true } : observed;
      const stream = exchange.upgrade?.socket ?? response;
      observeRequest(options.observer, { stream, code: () => endedCode(response) }, request);
    }
    const audited = options.audit && auditedExchange(options.audit, exchange, info, options.log);
    const places = connector || isLine ? undefined : exchange.places.of(info);
    using _place = places?.enter();
    const signal = lasts ? AbortSignal.any([closed.signal, exchange.ending]) : answerSignal(closed.signal);
    const access = { message, info, audited, signal };
    const user = await findUser(options, access);
    if (!user) takeNoMore(response);
    using _share = places?.enterAs((user ?? anonymous).name);
    await checkAccess(options, user, access);
    if (isLine) await answerCalls(options, exchange, user);
    else if (info.isResource && connector)
      await answerConnection(options, connector, exchange, { info, user: user!, signal });
    else if (info.isResource) await answerResource(options, exchange, { info, user: user!, audited, signal });
    else await answerPath(options, exchange, info, signal);
  } catch (failure) {
    if (closed.signal.aborted) return;
    await refuse(options, response, failure);
  }
}

/** Pure. Returns the code that is recorded of a request that has ended, however that came. */
const endedCode = ({ headersSent, statusCode }: ApiResponse): number =>
  headersSent || statusCode === switching ? statusCode : clientGone;

/** Has a request recorded when its response has ended, however that came. */
function auditedExchange(
  trail: AuditTrail,
  { message, response, upgrade }: Exchange,
  info: RequestInfo,
  log: Log,
): AuditedExchange {
  const audited = new AuditedExchange(trail, message, info);
  response.setHeader('audit-id', audited.id);
  (upgrade?.socket ?? response).once('close', () => {
    audited
      .end({ code: endedCode(response) })
      .catch((failure: unknown) => log('error', 'a request was not recorded', { error: errorText(failure) }));
  });
  return audited;
}

/** What is recorded of a request that goes on with another protocol. */
const switching = 101;

/** Aborts when a request is not answered in time, or nobody waits for its answer. */
function answerSignal(closed: AbortSignal): AbortSignal {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooLate()), answerMs).unref();
  closed.addEventListener('abort', () => clearTimeout(timer));
  return AbortSignal.any([closed, late.signal]);
}

const tooLate = (): RequestError =>
  new RequestError('REQUEST_TIMED_OUT', `the request was not answered within ${answerMs / 1_000} s`);

/** A request for objects, and who makes it. */
type UserRequest = Omit<AccessQuestion, 'body'>;

interface AuditedRequest extends UserRequest {
  readonly audited: AuditedExchange | undefined;
}

async function answerResource(
  options: ApiOptions,
  exchange: Exchange,
  { info, user, audited, signal }: AuditedRequest,
): Promise<void> {
  const { message, response } = exchange;
  const { access, client } = options;
  const sent = async (): Promise<Body> => {
    const read = { bytes: await readBody(message, signal), contentType: message.headers['content-type'] };
    audited?.sends(read);
    return read;
  };
  const body = async (): Promise<unknown> => decodeBody(await sent());
  const content = await access?.answer({ info, user, body, signal });
  if (content !== undefined) {
    const form = negotiateContent(message.headers.accept);
    return await sendContent(response, { type: 'content', code: 201, content }, form);
  }
  const allowed = access?.clientFor(user, signal) ?? client;
  const isDryRun = queryOf(message).getAll('dryRun').includes('All');
  const write: UserWrite = {
    user,
    isDryRun,
    warn: (warning) => warn(response, warning),
    annotate: (key, value) => audited?.annotate(key, value),
  };
  const admission = options.admission?.admissionFor(write);
  const admitted = admission ? new AdmittedClient(allowed, admission) : allowed;
  await answerObjects({ ...options, client: admitted }, exchange, { info, body: sent, signal });
}

async function answerConnection(
  options: ApiOptions,
  connector: Connector,
  { message, response, upgrade, places }: Exchange,
  { info, user, signal }: UserRequest,
): Promise<void> {
  const resource = servedAt(options.resources(), info)!;
  using _place = places.stream.enter();
  using _share = places.stream.enterAs(user.name);
  try {
    const target = { key: keyOf({ resource, info }), user };
    const statusOf = (failure: unknown): Status =>
      toldStatus(options.log, failure, subjectOf(resource, info));
    const query = queryOf(message);
    await connect(connector, { target, query, message, response, upgrade, statusOf, signal });
  } catch (failure) {
    throw new FailureAbout(subjectOf(resource, info), failure);
  }
}

interface ObjectsRequest {
  readonly info: ResourceRequest;
  readonly body: () => Promise<Body>;
  readonly signal: AbortSignal;
}

async function answerObjects(
  options: ApiOptions,
  { message, response }: Exchange,
  { info, body, signal }: ObjectsRequest,
): Promise<void> {
  const query = queryOf(message);
  const program = programOf(message.headers['user-agent']);
  const served = options.resources();
  const resource = servedAt(served, info);
  if (!resource) throw nothingServed();
  if (resource.deprecation !== undefined) warn(response, resource.deprecation);
  const wanted = { ...wantedForm(message.headers.accept, query), resource };
  try {
    const reply = await serveObjects(options.client, {
      resource,
      served,
      info,
      query,
      program,
      body,
      signal,
    });
    const statusOf = (failure: unknown, subject?: Subject): Status =>
      toldStatus(options.log, failure, subject);
    await respond(response, reply, { ...wanted, statusOf, signal });
  } catch (failure) {
    throw failure instanceof FailureAbout ? failure : new FailureAbout(subjectOf(resource, info), failure);
  }
}

async function answerPath(
  options: ApiOptions,
  { message, response }: Exchange,
  { path, verb }: PathRequest,
  signal: AbortSignal,
): Promise<void> {
  if (verb !== 'get' && verb !== 'head')
    throw new ObjectError('METHOD_NOT_ALLOWED', `${path} can only be read`);
  const health = healthQuestion(path);
  const reply = health
    ? await healthReply(health, queryOf(message), options.checks, signal)
    : path === '/metrics'
      ? options.metrics && metricsReply(await options.metrics())
      : contentAt(path, message, options);
  if (!reply) throw nothingServed();
  await sendContent(response, reply, { encoding: 'json' });
}

const metricsReply = (content: string): ContentReply => ({
  type: 'content',
  code: 200,
  content,
  mediaType: 'text/plain; version=0.0.4; charset=utf-8',
});

/** Pure. Returns what is at a path that leads to no objects. */
function contentAt(path: string, message: ApiRequest, options: ApiOptions): ContentReply | undefined {
  const version = serverVersion(options.product);
  if (path === '/version') return { type: 'content', code: 200, content: version };
  const { accept } = message.headers;
  const resources = options.resources();
  return (
    discover(path, accept, resources) ?? openApi(path, accept, { resources, version: version.gitVersion })
  );
}

async function refuse({ log }: ApiOptions, response: ApiResponse, failure: unknown): Promise<void> {
  const status = toldStatus(log, failure);
  if (response.headersSent) return breakOff(response);
  const { retryAfterSeconds } = status.details ?? {};
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  // What is left of a body that was not read to its end is of no use.
  if (!response.req.complete) closeAfter(response);
  if (status.code === 401) takeNoMore(response);
  await sendContent(response, statusReply(status), { encoding: 'json' });
}

/** Returns what a client is told of a failure. The log has the rest of what is no fault of the client. */
function toldStatus(log: Log, failure: unknown, subject?: Subject): Status {
  const status = failureStatus(failure, subject);
  if (status.reason === 'InternalError') log('error', 'a request failed', { error: causeText(failure) });
  return status;
}

const causeText = (failure: unknown): string =>
  errorText(failure instanceof FailureAbout ? failure.cause : failure);

const subjectOf = (resource: ServedResource, { name }: ResourceRequest): Subject => ({
  ...resource,
  ...(name !== undefined && { name }),
});

const queryOf = ({ url = '' }: ApiRequest): URLSearchParams =>
  new URLSearchParams(url.split('?', 2)[1] ?? '');
