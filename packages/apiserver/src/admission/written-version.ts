import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { inVersion } from '@ignite/toolkit/client/conversion';
import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** Returns an object of a write in a version of its kind. */
export async function writtenVersion(
  { kind, signal }: AdmittedWrite,
  object: KubeObject,
  version: string,
): Promise<KubeObject> {
  if (!kind.conversion) return object;
  return (await inVersion(kind.conversion, [object], apiVersionOf({ ...kind, version }), signal))[0]!;
}
