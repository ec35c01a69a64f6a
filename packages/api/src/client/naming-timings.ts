import type { ClientOperation } from './progress.ts';

/** Returns a report for one of several parts of an operation, whose name is in front of its timings. */
export const namingTimings =
  (name: string, report: ClientOperation['report']): ClientOperation['report'] =>
  (event) =>
    report(event.kind === 'timing' ? { ...event, what: `${name}: ${event.what}` } : event);
