import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { objectKind } from '../../scheme/object-kind.ts';
import { age } from '../../text/age.ts';

export interface LeaseSpec {
  /** Nobody holds the lease without it. */
  readonly holderIdentity?: string | undefined;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  /**
   * The time of the last renewal by the holder's clock. A waiting process measures by its own clock how long
   * the lease has not changed.
   */
  readonly renewTime?: string;
  /** The number of changes of the holder. */
  readonly leaseTransitions?: number;
  readonly strategy?: string;
  readonly preferredHolder?: string;
}

export interface Lease extends KubeObject {
  readonly kind: 'Lease';
  readonly spec: LeaseSpec;
}

export const leaseResource = {
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'HOLDER', cell: ({ spec }) => spec.holderIdentity ?? '' },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
} satisfies Resource<Lease>;

export const storedLease = objectKind<Lease>(leaseResource, 'coordination.k8s.io/v1');
