import { randomUUID } from 'node:crypto';
import type { Decision } from '../request/access.ts';
import type { ApiRequest } from '../request/exchange.ts';
import type { Body } from '../request/decode-body.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { UserInfo } from '../request/user-info.ts';
import { type AuditEvent, type AuditedRequest, auditEvent } from './audit-event.ts';
import type { AuditPolicy } from './audit-policy.ts';

/** Where it is recorded who asked for what. */
export interface AuditTrail {
  readonly policy: AuditPolicy;
  readonly write: (event: AuditEvent) => Promise<void>;
}

/** What is recorded of a request that was not answered because the client was gone. */
export const clientGone = 499;

/** Gathers what becomes known of a request, and has it recorded once it has been answered. */
export class AuditedExchange {
  readonly id = randomUUID();
  readonly #trail: AuditTrail;
  readonly #request: Pick<AuditedRequest, 'request' | 'uri' | 'sourceAddress' | 'userAgent' | 'receivedAtMs'>;
  #user: UserInfo | undefined;
  #impersonated: UserInfo | undefined;
  #decision: Decision | undefined;
  #body: Body | undefined;
  readonly #notes = new Map<string, string>();

  constructor(
    trail: AuditTrail,
    { url = '', headers, socket }: Pick<ApiRequest, 'url' | 'headers' | 'socket'>,
    request: RequestInfo,
  ) {
    this.#trail = trail;
    this.#request = {
      request,
      uri: url,
      // A connection that has ended has no address any more.
      sourceAddress: socket.remoteAddress,
      userAgent: headers['user-agent'],
      receivedAtMs: Date.now(),
    };
  }

  isBy(user: UserInfo): void {
    this.#user = user;
  }

  isAs(user: UserInfo): void {
    this.#impersonated = user;
  }

  isDecided(decision: Decision): void {
    this.#decision = decision;
  }

  sends(body: Body): void {
    this.#body = body;
  }

  /** Takes what somebody else wants to be recorded of the request. */
  annotate(key: string, value: string): void {
    this.#notes.set(key, value);
  }

  /** Resolves once the request is recorded, if it is to be. */
  async end(answer: AuditedRequest['answer']): Promise<void> {
    const [user, impersonated, decision, body] = [this.#user, this.#impersonated, this.#decision, this.#body];
    const notes = Object.fromEntries(this.#notes);
    const audited = { id: this.id, ...this.#request, user, impersonated, decision, body, answer, notes };
    const event = auditEvent({ ...audited, answeredAtMs: Date.now() }, this.#trail.policy);
    if (event) await this.#trail.write(event);
  }
}
