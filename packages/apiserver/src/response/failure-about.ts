import type { Subject } from './status.ts';

/** A failure that is about another object than the one that the path of the request names. */
export class FailureAbout extends Error {
  readonly subject: Subject;

  constructor(subject: Subject, cause: unknown) {
    super('the request failed', { cause });
    this.subject = subject;
  }
}
