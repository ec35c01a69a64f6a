import type { Clock } from '@ignite/toolkit/clock/clock';
import type { ServedResource } from '../resource/served-resource.ts';
import { apiServices } from './control-plane/api-services.ts';
import { componentStatuses } from './control-plane/component-statuses.ts';
import { coreEvents } from './event/core-events.ts';
import { metricsViews } from './metrics/metrics.ts';
import { UsageMeter, type UsageSource } from './metrics/usage-rates.ts';
import type { OwnHost } from './known-hosts.ts';
import { nodesOf } from './node/nodes.ts';
import { podsOf } from './pod/pods.ts';

export interface ViewsOptions {
  readonly self: OwnHost;
  /** What samples what is used on this host. Without it, no metrics are served. */
  readonly usage?: UsageSource;
  /** Returns all kinds that are served now. */
  readonly served: () => readonly ServedResource[];
  readonly clock: Clock;
}

/** Returns the kinds of Kubernetes whose objects are made from others. */
export function viewsOf({ self, usage, served, clock }: ViewsOptions): readonly ServedResource[] {
  const startTime = new Date(clock.now()).toISOString();
  return [
    ...[
      podsOf(self),
      nodesOf(self),
      coreEvents,
      componentStatuses(startTime),
      apiServices(served, startTime),
    ],
    ...(usage ? metricsViews(new UsageMeter(usage, clock), self.name) : []),
  ];
}
