import { completeVmStatus } from '@ignite/api/v1/complete-vm-status';
import { currentVm } from '@ignite/api/v1/current-vm';
import { familiarSource, withFamiliarSources } from '@ignite/api/v1/familiar-source';
import { apiVersion } from '@ignite/api/v1/group';
import { vmResource } from '@ignite/api/v1/resources/vm';
import type { Vm } from '@ignite/api/v1/vm';
import { KindReader } from '@ignite/toolkit/client/kind-client';
import type { ObjectReader } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ObjectKind, objectKind } from '@ignite/toolkit/scheme/object-kind';

/** A listing waits for no schema: objects are taken without the defaults that have come since. */
function listedVm(): ObjectKind<Vm> {
  const known = new Map<string, string>();
  const familiar = (source: string): string => {
    const found = known.get(source) ?? familiarSource(source);
    known.set(source, found);
    return found;
  };
  return objectKind<Vm>(vmResource, apiVersion, (stored) => asKnown(stored, familiar));
}

function asKnown(stored: KubeObject, familiarOf: typeof familiarSource): KubeObject {
  const vm = currentVm(stored);
  const { spec } = vm as Vm;
  const familiar = withFamiliarSources(spec, familiarOf);
  return completeVmStatus(familiar === spec ? vm : { ...vm, spec: familiar });
}

/** Lists the VMs of all hosts, for those who only look. Damaged records are left out. */
export const listAllVms = async (objects: ObjectReader): Promise<readonly Vm[]> =>
  (await new KindReader(objects, listedVm()).list()).items;
