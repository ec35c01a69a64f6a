import type { KubeObject } from '../object/kube-object.ts';
import type { Conversion } from './conversion.ts';
import type { GroupVersionResource } from './group-version-resource.ts';

/** A write in which others have a say. */
export interface AdmittedWrite {
  readonly kind: GroupVersionResource & {
    readonly kind: string;
    readonly conversion?: Pick<Conversion, 'convert'>;
  };
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly subresource: 'status' | undefined;
  /** The object as it would be; absent if it is to be deleted. */
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  /** Whether no write of the object follows a dry run. */
  readonly isOnlyTried?: boolean | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Those who have a say in the writes of a client, beside the rules of kinds (Kubernetes: admission). */
export interface Admission {
  /** Returns the object of a write as others want it, which the rules of its kind are then applied to. */
  mutate(write: AdmittedWrite): Promise<KubeObject | undefined>;
  /** Rejects if others refuse a write that the rules of the kind allow. */
  check(write: AdmittedWrite): Promise<void>;
}
