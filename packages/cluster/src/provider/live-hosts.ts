import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Informer } from '@ignite/toolkit/controller/informer';
import type { Lease } from '@ignite/toolkit/core/resources/lease';

/** The label of the leases of hosts, beside which others may have leases of their own. */
export const hostLeaseLabel = 'infrastructure.cluster.x-k8s.io/ignite-host';

/** The hosts that serve the management cluster: those that have renewed their leases in time by the clock of this one. */
export class LiveHosts {
  readonly #leases: Informer<Lease>;
  readonly #clock: Clock;
  readonly #renewedMs = new Map<string, number>();

  /** @param leases are not followed yet, so that all renewals are seen here */
  constructor(leases: Informer<Lease>, clock: Clock) {
    this.#leases = leases;
    this.#clock = clock;
    leases.onChange(({ metadata: { name } }, isGone) => {
      if (isGone) this.#renewedMs.delete(name);
      else this.#renewedMs.set(name, clock.now());
    });
  }

  names(): ReadonlySet<string> {
    const held = this.#leases.list().filter(({ metadata: { name, labels }, spec }) => {
      const agedMs = this.#clock.now() - (this.#renewedMs.get(name) ?? 0);
      const isRenewed = agedMs < (spec.leaseDurationSeconds ?? 0) * 1_000;
      return Object.hasOwn(labels, hostLeaseLabel) && spec.holderIdentity && isRenewed;
    });
    return new Set(held.map(({ metadata }) => metadata.name));
  }
}
