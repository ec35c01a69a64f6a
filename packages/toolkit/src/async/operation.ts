/** What every long operation is given: a signal that ends it, and where its typed progress events go. */
export interface Operation<Event> {
  readonly signal: AbortSignal;
  readonly report: (event: Event) => void;
}
