/** The message of anything that was caught, for use inside another sentence. */
export function errorText(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
