import type { Status } from './status.ts';

/** A failure whose whole answer is known, since somebody else has given it. */
export class AnsweredStatus extends Error {
  readonly status: Status;

  constructor(status: Status, cause?: unknown) {
    super(status.message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}
