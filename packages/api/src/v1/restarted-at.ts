/**
 * Asks for a start of the VM, and first for a stop if it is up, once for each new value: the time at which it
 * was asked for (RFC 3339).
 */
export const restartedAtAnnotation = 'ignite.weave.works/restartedAt';
