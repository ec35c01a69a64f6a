import { stringify } from 'yaml';
import type { K3sConfigSpec } from '../kinds/k3s-config.ts';
import type { ClusterRequest } from './cluster-request.ts';
import { providerId } from './provider-id.ts';

/** What all nodes have in common: k3s is in their image, and there is no cloud. */
export const k3sAgentSpec = {
  agentConfig: { airGapped: true, kubeletArgs: [`provider-id=${providerId}`] },
  serverConfig: { cloudProviderName: '' },
} satisfies K3sConfigSpec;

/** Pure. Returns how the nodes of a control plane by k3s are set up. */
export const k3sServerSpec = ({ podNetwork, workers }: ClusterRequest): K3sConfigSpec => ({
  agentConfig: {
    ...k3sAgentSpec.agentConfig,
    // Without workers, Pods run where the control plane is.
    ...(workers.replicas > 0 && { nodeTaints: ['node-role.kubernetes.io/control-plane=true:NoSchedule'] }),
  },
  serverConfig: k3sAgentSpec.serverConfig,
  ...(podNetwork.kind !== 'flannel' && { files: [withoutPodNetwork] }),
});

const withoutPodNetwork = {
  path: '/etc/rancher/k3s/config.yaml.d/pod-network.yaml',
  content: stringify({ 'flannel-backend': 'none', 'disable-network-policy': true }),
};
