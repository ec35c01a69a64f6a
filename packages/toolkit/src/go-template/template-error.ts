/** What is wrong with a template, or with what it asks of its data, in the words of Go's text/template. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** The nearest name that would have been right, where there is one. */
  readonly meant: string | undefined;

  constructor(message: string, meant?: string) {
    super(message);
    this.meant = meant;
  }
}

/** A template as it was written, to tell where in it something is wrong. */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
}

/** Go names the line of what cannot be parsed. */
export function parseError(
  { name, text }: TemplateSource,
  position: number,
  what: string,
  meant?: string,
): TemplateError {
  return new TemplateError(`template: ${name}:${lineOf(text, position)}: ${what}`, meant);
}

/** Go names line, column and the expression of what cannot be executed. */
export function executeError(
  { name, text }: TemplateSource,
  at: { readonly position: number; readonly source: string },
  what: string,
  meant?: string,
): TemplateError {
  const column = at.position - (text.lastIndexOf('\n', at.position - 1) + 1);
  const context = at.source.length > 20 ? `${at.source.slice(0, 20)}...` : at.source;
  return new TemplateError(
    `template: ${name}:${lineOf(text, at.position)}:${column}: executing "${name}" at <${context}>: ${what}`,
    meant,
  );
}

const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;
