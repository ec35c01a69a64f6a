/** What every long operation is given: a signal that aborts it, and a callback for its progress events. */
export interface Operation<Event> {
  readonly signal: AbortSignal;
  readonly report: (event: Event) => void;
}
