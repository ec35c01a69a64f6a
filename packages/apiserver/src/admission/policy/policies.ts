import { unlessAborted } from '@ignite/toolkit/async/unless-aborted';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { Log } from '@ignite/toolkit/log/log';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Kind } from '@ignite/toolkit/scheme/kind';
import { untilKnown } from '../until-known.ts';
import type { Policy, PolicyBinding } from './policy.ts';
import { bindingKind, policyKind } from './policy-kinds.ts';

export interface PoliciesOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** A policy with the bindings that put it into force. */
export interface BoundPolicy {
  readonly policy: Policy;
  readonly bindings: readonly PolicyBinding[];
}

/** The policies that writes are judged by, as they are now. */
export class Policies {
  readonly #clock: Clock;
  readonly #policies: Informer<Policy>;
  readonly #bindings: Informer<PolicyBinding>;

  constructor({ client, clock, log }: PoliciesOptions) {
    const informer = <T extends KubeObject>(kind: Kind): Informer<T> =>
      new Informer(
        new KindClient(client, { ...servedKindOf(kind), decode: (stored: unknown): T => stored as T }),
        clock,
        log,
      );
    this.#clock = clock;
    this.#policies = informer(policyKind);
    this.#bindings = informer(bindingKind);
  }

  /** Follows the changes of policies and bindings until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#policies.run(signal), this.#bindings.run(signal)]);
  }

  /** Calls `changed` with each policy that is new or has changed. */
  onChange(changed: (policy: Policy) => void): void {
    this.#policies.onChange((policy, isGone) => void (!isGone && changed(policy)));
  }

  /** Rejects unless all policies are known within the time of the signal. */
  async synced(signal: AbortSignal): Promise<void> {
    await unlessAborted(Promise.all([this.#policies.synced, this.#bindings.synced]), signal);
  }

  /**
   * Returns the policies that are in force, in the order of their names. Waits a while until all are known, so that
   * nothing is written which one would have refused.
   * @throws ObjectError SERVER_UNREACHABLE when they cannot be read
   */
  async bound(signal: AbortSignal | undefined): Promise<readonly BoundPolicy[]> {
    if (!this.#policies.isSynced || !this.#bindings.isSynced) {
      const known = Promise.all([this.#policies.synced, this.#bindings.synced]);
      await untilKnown(known, unknownPolicies, { clock: this.#clock, signal });
    }
    const bindings = Map.groupBy(this.#bindings.list(), ({ spec }) => spec.policyName);
    if (bindings.size === 0) return [];
    return this.#policies
      .list()
      .toSorted(byName)
      .flatMap((policy) => {
        const bound = bindings.get(policy.metadata.name);
        return bound ? [{ policy, bindings: bound.toSorted(byName) }] : [];
      });
  }
}

const byName = (a: KubeObject, b: KubeObject): number => (a.metadata.name < b.metadata.name ? -1 : 1);

const unknownPolicies = 'the policies by which each write is judged could not be read yet';
