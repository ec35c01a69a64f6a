import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { type BootstrapConfig, bootFileSchema } from './bootstrap-config.ts';

/** The documents of kubeadm's v1beta4, without the fields that the controllers fill in themselves. */

const text = v.string();
const argumentsSchema = v.optional(v.array(v.strictObject({ name: text, value: text })));
const variablesSchema = v.optional(v.array(v.strictObject({ name: text, value: v.optional(text) })));

const componentSchema = v.strictObject({
  extraArgs: argumentsSchema,
  extraVolumes: v.optional(
    v.array(
      v.strictObject({
        name: text,
        hostPath: text,
        mountPath: text,
        readOnly: v.optional(v.boolean()),
        pathType: v.optional(text),
      }),
    ),
  ),
  extraEnvs: variablesSchema,
});

const nodeRegistrationSchema = v.strictObject({
  name: v.optional(text),
  criSocket: v.optional(text),
  taints: v.optional(v.array(v.strictObject({ key: text, value: v.optional(text), effect: text }))),
  kubeletExtraArgs: argumentsSchema,
  ignorePreflightErrors: v.optional(v.array(text)),
  imagePullPolicy: v.optional(v.picklist(['Always', 'IfNotPresent', 'Never'])),
  imagePullSerial: v.optional(v.boolean()),
});

const localEndpointSchema = v.strictObject({
  advertiseAddress: v.optional(text),
  bindPort: v.optional(v.number()),
});

const seconds = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const timeoutsSchema = v.strictObject({
  controlPlaneComponentHealthCheckSeconds: seconds,
  kubeletHealthCheckSeconds: seconds,
  kubernetesAPICallSeconds: seconds,
  etcdAPICallSeconds: seconds,
  tlsBootstrapSeconds: seconds,
  discoverySeconds: seconds,
});

const patchesSchema = v.strictObject({ directory: v.optional(text) });

const clusterConfigurationSchema = v.strictObject({
  controlPlaneEndpoint: v.optional(text),
  certificatesDir: v.optional(text),
  imageRepository: v.optional(text),
  featureGates: v.optional(v.record(text, v.boolean())),
  etcd: v.optional(
    v.strictObject({
      local: v.optional(
        v.strictObject({
          dataDir: v.optional(text),
          extraArgs: argumentsSchema,
          extraEnvs: variablesSchema,
          serverCertSANs: v.optional(v.array(text)),
          peerCertSANs: v.optional(v.array(text)),
          imageRepository: v.optional(text),
          imageTag: v.optional(text),
        }),
      ),
      external: v.optional(
        v.strictObject({ endpoints: v.array(text), caFile: text, certFile: text, keyFile: text }),
      ),
    }),
  ),
  apiServer: v.optional(v.strictObject({ ...componentSchema.entries, certSANs: v.optional(v.array(text)) })),
  controllerManager: v.optional(componentSchema),
  scheduler: v.optional(componentSchema),
  dns: v.optional(v.strictObject({ imageRepository: v.optional(text), imageTag: v.optional(text) })),
  certificateValidityPeriodDays: v.optional(v.number()),
  caCertificateValidityPeriodDays: v.optional(v.number()),
  encryptionAlgorithm: v.optional(
    v.picklist(['ECDSA-P256', 'ECDSA-P384', 'RSA-2048', 'RSA-3072', 'RSA-4096']),
  ),
});

const initConfigurationSchema = v.strictObject({
  nodeRegistration: v.optional(nodeRegistrationSchema),
  localAPIEndpoint: v.optional(localEndpointSchema),
  skipPhases: v.optional(v.array(text)),
  patches: v.optional(patchesSchema),
  timeouts: v.optional(timeoutsSchema),
});

const joinConfigurationSchema = v.strictObject({
  nodeRegistration: v.optional(nodeRegistrationSchema),
  caCertPath: v.optional(text),
  controlPlane: v.optional(v.strictObject({ localAPIEndpoint: v.optional(localEndpointSchema) })),
  skipPhases: v.optional(v.array(text)),
  patches: v.optional(patchesSchema),
  timeouts: v.optional(timeoutsSchema),
});

const userSchema = v.strictObject({
  name: text,
  gecos: v.optional(text),
  groups: v.optional(text),
  homeDir: v.optional(text),
  inactive: v.optional(v.boolean()),
  shell: v.optional(text),
  passwd: v.optional(text),
  primaryGroup: v.optional(text),
  lockPassword: v.optional(v.boolean()),
  sudo: v.optional(text),
  sshAuthorizedKeys: v.optional(v.array(text)),
});

export const kubeadmConfigSpecSchema = v.strictObject({
  clusterConfiguration: described('ClusterConfiguration of kubeadm.', v.optional(clusterConfigurationSchema)),
  initConfiguration: described('InitConfiguration of kubeadm.', v.optional(initConfigurationSchema)),
  joinConfiguration: described('JoinConfiguration of kubeadm.', v.optional(joinConfigurationSchema)),
  files: described('Files to write before anything is run.', v.optional(v.array(bootFileSchema))),
  diskSetup: v.optional(
    v.strictObject({
      partitions: v.optional(v.array(v.looseObject({ device: text }))),
      filesystems: v.optional(v.array(v.looseObject({ device: text, filesystem: text }))),
    }),
  ),
  mounts: v.optional(v.array(v.array(text))),
  bootCommands: v.optional(v.array(text)),
  preKubeadmCommands: described('Commands to run before kubeadm.', v.optional(v.array(text))),
  postKubeadmCommands: described('Commands to run after kubeadm.', v.optional(v.array(text))),
  users: described('Users to make.', v.optional(v.array(userSchema))),
  ntp: v.optional(v.strictObject({ enabled: v.optional(v.boolean()), servers: v.optional(v.array(text)) })),
  format: described(
    'Format of the bootstrap data.',
    v.optional(v.picklist(['cloud-config']), 'cloud-config'),
  ),
  verbosity: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});
export type KubeadmConfigSpec = v.InferOutput<typeof kubeadmConfigSpecSchema>;

export const kubeadmConfigTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.optional(kubeadmConfigSpecSchema, {}),
  }),
});

/** How kubeadm makes a machine a node. */
export interface KubeadmConfig extends BootstrapConfig {
  readonly kind: 'KubeadmConfig';
  readonly spec: KubeadmConfigSpec;
}
