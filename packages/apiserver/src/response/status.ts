import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';

/** The answer of an API that is no object (Kubernetes: meta/v1 Status). */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural name of the kind, or for an invalid object its kind. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Partial<ErrorCause>[];
  readonly retryAfterSeconds?: number;
}

/** What a request was about, for the texts of errors. */
export interface Subject extends GroupVersionResource {
  readonly kind: string;
  /** Absent for a request about several objects. */
  readonly name?: string;
}

/** Pure. Returns the answer to the removal of an object. */
export const deletedStatus = ({ group, resource, name = '' }: Subject, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name, ...(group !== '' && { group }), kind: resource, uid },
});
