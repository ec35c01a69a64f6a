import { type ApiResponse, breakOff } from '../request/exchange.ts';

/** The time in which a client must take some of what was sent, in milliseconds. */
export const slownessMs = 60_000;

/** Breaks off a response, all of which is about to be sent, of which the client takes nothing. */
export const breakOffIfSlow = (response: ApiResponse): void =>
  void response.setTimeout(slownessMs, () => breakOff(response));
