import type { NewObject } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';

/** What somebody applies to an object. */
export interface AppliedObject {
  readonly resource: ServedResource;
  /** The object as it is; absent if there is none yet. */
  readonly live: KubeObject | undefined;
  /** The fields that are wanted, of the kind and the name of the request. */
  readonly applied: NewObject;
  readonly fieldManager: string;
  /** Whether fields are taken from their other managers. */
  readonly force: boolean;
  readonly isOfStatus: boolean;
}

/**
 * Pure. The port of server-side apply: returns the object as it is to be written, with `managedFields`.
 * @throws ObjectError CONFLICT with a cause for each field that another manager has
 */
export type Apply = (applied: AppliedObject) => NewObject;
