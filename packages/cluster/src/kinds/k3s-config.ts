import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { type BootstrapConfig, bootFileSchema } from './bootstrap-config.ts';

/** The fields are those of the Cluster API provider for k3s, in its version v1beta2. */

const text = v.optional(v.string());
const list = v.optional(v.array(v.string()));

const serverConfigSchema = v.strictObject({
  kubeAPIServerArg: described('Arguments of kube-apiserver, such as v=2.', list),
  kubeControllerManagerArgs: described('Arguments of kube-controller-manager.', list),
  kubeSchedulerArgs: described('Arguments of kube-scheduler.', list),
  tlsSan: described('Further names and addresses in the certificate of the API server.', list),
  bindAddress: text,
  httpsListenPort: text,
  advertiseAddress: text,
  advertisePort: text,
  clusterCidr: described('Network of Pods; by default that of the Cluster.', text),
  serviceCidr: described('Network of Services; by default that of the Cluster.', text),
  clusterDNS: text,
  clusterDomain: text,
  disableComponents: described('Parts of k3s to leave out, such as traefik.', list),
  disableExternalCloudProvider: v.optional(v.boolean()),
  disableCloudController: described(
    'Whether to leave out the cloud controller of k3s. True by default.',
    v.optional(v.boolean()),
  ),
  cloudProviderName: described('Cloud provider of the kubelets; empty for none.', text),
  systemDefaultRegistry: described('Registry of all images of the system.', text),
});

const agentConfigSchema = v.strictObject({
  nodeLabels: list,
  nodeTaints: list,
  privateRegistry: described('File with the settings of registries.', text),
  kubeletArgs: described('Arguments of the kubelet.', list),
  kubeProxyArgs: described('Arguments of kube-proxy.', list),
  nodeName: text,
  airGapped: described(
    'Whether k3s is in the image already, with a script /opt/install.sh that makes it a service.',
    v.optional(v.boolean()),
  ),
});

export const k3sConfigSpecSchema = v.strictObject({
  files: described('Files to write before anything is run.', v.optional(v.array(bootFileSchema))),
  preK3sCommands: described('Commands to run before k3s.', list),
  postK3sCommands: described('Commands to run after k3s.', list),
  agentConfig: described('Settings of every node.', v.optional(agentConfigSchema)),
  serverConfig: described('Settings of the nodes of the control plane.', v.optional(serverConfigSchema)),
  version: described('Version of k3s; by default that of the Machine.', v.optional(kubernetesVersionSchema)),
});
export type K3sConfigSpec = v.InferOutput<typeof k3sConfigSpecSchema>;

export const k3sConfigTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.optional(k3sConfigSpecSchema, {}),
  }),
});

/** How k3s makes a machine a node. */
export interface K3sConfig extends BootstrapConfig {
  readonly kind: 'KThreesConfig';
  readonly spec: K3sConfigSpec;
}
