/**
 * A stack of undo steps that run in reverse order unless the work is committed. An undo that fails is
 * reported, never thrown.
 */
export class Rollback implements AsyncDisposable {
  readonly #undo = new AsyncDisposableStack();
  readonly #leftBehind: (failure: unknown) => void;

  constructor(leftBehind: (failure: unknown) => void) {
    this.#leftBehind = leftBehind;
  }

  /**
   * Registers an undo step before the act that it undoes. The step must therefore do no harm if the act never
   * happened.
   */
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
