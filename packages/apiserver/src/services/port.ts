import * as v from 'valibot';

const message = 'must be between 1 and 65535, inclusive';

/** The number of a port. */
export const portNumber = v.pipe(
  v.number(),
  v.integer(message),
  v.minValue(1, message),
  v.maxValue(65_535, message),
);

/** What is spoken below what is spoken at a port. */
export const protocol = v.optional(v.picklist(['TCP', 'UDP', 'SCTP']), 'TCP');
