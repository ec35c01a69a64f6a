import type { DialPort } from '../resource/connector.ts';
import type { Status } from '../response/status.ts';

/** The ports of an object that a client is connected with. */
export interface ServedPorts {
  /** Names the ports, if the protocol does not. */
  readonly query: URLSearchParams;
  readonly dial: DialPort;
  /** Returns what a client is told of a failure. */
  readonly statusOf: (failure: unknown) => Status;
  readonly signal: AbortSignal;
}
