/** Returns the message of any caught value, for use within a sentence. */
export function errorText(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
