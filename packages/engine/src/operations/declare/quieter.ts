import type { ClientOperation } from '@ignite/api/client/progress';
import type { Operation } from '@ignite/toolkit/async/operation';
import type { SyncEvent } from '@ignite/toolkit/apply/actuator';

/** Drops the reports of transferred bytes and of timings. */
export const quieter = ({ signal, report }: Operation<SyncEvent>): ClientOperation => ({
  signal,
  report: (event) => {
    if (event.kind === 'step' || event.kind === 'warning') report(event);
  },
});
