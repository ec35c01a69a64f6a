import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ContractReference } from '../contract/reference.ts';
import { contractReferenceOf } from '../kinds/cluster-class.ts';
import type { K3sControlPlane } from '../kinds/k3s-control-plane.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import { k3sControlPlaneKind, kubeadmControlPlaneKind } from '../kinds/object-kinds.ts';

/** Pure. Returns the template of the machines of a control plane; `undefined` if it has no machines of ours. */
export function machineTemplateOf(controlPlane: KubeObject): ContractReference | undefined {
  switch (controlPlane.kind) {
    case kubeadmControlPlaneKind.kind:
      return (controlPlane as KubeadmControlPlane).spec.machineTemplate.spec.infrastructureRef;
    case k3sControlPlaneKind.kind:
      return contractReferenceOf((controlPlane as K3sControlPlane).spec.machineTemplate.infrastructureRef);
    default:
      return undefined;
  }
}

/** Pure. Returns the spec of a control plane whose machines are made from the template of another name. */
export function withMachineTemplate(controlPlane: KubeObject, name: string): object {
  switch (controlPlane.kind) {
    case kubeadmControlPlaneKind.kind: {
      const { spec } = controlPlane as KubeadmControlPlane;
      const { machineTemplate } = spec;
      const infrastructureRef = { ...machineTemplate.spec.infrastructureRef, name };
      return {
        ...spec,
        machineTemplate: { ...machineTemplate, spec: { ...machineTemplate.spec, infrastructureRef } },
      };
    }
    case k3sControlPlaneKind.kind: {
      const { spec } = controlPlane as K3sControlPlane;
      const { machineTemplate } = spec;
      const infrastructureRef = { ...machineTemplate.infrastructureRef, name };
      return { ...spec, machineTemplate: { ...machineTemplate, infrastructureRef } };
    }
    default:
      return controlPlane.spec as object;
  }
}
