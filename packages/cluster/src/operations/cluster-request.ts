import type { Endpoint } from '../kinds/cluster.ts';

/** The VM of a node. */
export interface NodeShape {
  readonly image: string;
  readonly cpus: number;
  readonly memory: string;
  readonly diskSize: string;
}

/**
 * Where the control plane runs: hosted, as processes in sandboxes of a host, or in VMs. A host runs a load balancer for several
 * replicas of a hosted one, and for VMs without an endpoint that leads to them.
 */
export type ControlPlaneRequest =
  | { readonly kind: 'hosted'; readonly replicas: number }
  | {
      readonly kind: 'vm';
      readonly replicas: number;
      readonly endpoint?: Required<Endpoint>;
      readonly shape: NodeShape;
    };

/** What sets up the nodes and, in VMs, the control plane. */
export type Distribution = 'kubeadm' | 'k3s';

/** The pod network: that of the node image (podnet by kubeadm's, flannel by k3s's), one that somebody's manifests install, or none. */
export type PodNetwork =
  | { readonly kind: 'podnet' }
  | { readonly kind: 'flannel' }
  | { readonly kind: 'none' }
  | { readonly kind: 'manifests'; readonly text: string };

/** What someone asks for who wants a cluster. */
export interface ClusterRequest {
  readonly name: string;
  readonly namespace: string;
  /** The version of Kubernetes, such as `v1.35.4`, or of k3s, such as `v1.35.4+k3s1`. */
  readonly version: string;
  readonly distribution: Distribution;
  readonly controlPlane: ControlPlaneRequest;
  readonly workers: { readonly replicas: number; readonly shape: NodeShape };
  readonly podNetwork: PodNetwork;
  /** The ranges of Pods and Services, where they are not the usual ones. */
  readonly networks?: { readonly pods?: readonly string[]; readonly services?: readonly string[] };
  /** Whether the VMs are emulated for want of KVM, so that they need much more time. */
  readonly isEmulated: boolean;
}
