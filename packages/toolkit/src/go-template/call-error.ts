/** What a function or method says is wrong; whoever called it knows where in the template that is. */
export class CallError extends Error {
  override readonly name = 'CallError';
}
