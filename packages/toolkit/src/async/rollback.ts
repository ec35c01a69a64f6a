/** Undo steps, run last-first unless the work commits. An undo that fails is reported, never thrown. */
export class Rollback implements AsyncDisposable {
  readonly #undo = new AsyncDisposableStack();
  readonly #leftBehind: (failure: unknown) => void;

  constructor(leftBehind: (failure: unknown) => void) {
    this.#leftBehind = leftBehind;
  }

  /** Registered before the act that it undoes, so it must not mind when there is nothing to undo. */
  defer(undo: () => Promise<void>): void {
    this.#undo.defer(() => undo().catch(this.#leftBehind));
  }

  commit(): void {
    this.#undo.move();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
