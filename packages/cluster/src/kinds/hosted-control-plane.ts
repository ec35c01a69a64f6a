import { imageOrigin } from '@ignite/api/v1/image-origin';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { endpointSchema } from './cluster.ts';

const text = v.pipe(v.string(), v.nonEmpty());

const extraArgsSchema = described(
  'Arguments beside those that the controller gives; one of the same name takes its place.',
  v.optional(v.array(v.strictObject({ name: text, value: v.string() }))),
);

const componentSchema = v.optional(v.strictObject({ extraArgs: extraArgsSchema }));

const hostedControlPlaneEntries = {
  version: described('Version of Kubernetes.', kubernetesVersionSchema),
  replicas: described(
    'Number of replicas. It is odd, so that etcd has a majority, and more than one need an endpoint that leads to all of them.',
    v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(7),
        v.check((replicas) => replicas % 2 === 1, 'must be odd, so that etcd has a majority'),
      ),
      1,
    ),
  ),
  imageRepository: described(
    'Repository of a registry where the images of the components are; by default registry.k8s.io.',
    v.optional(
      v.pipe(
        text,
        v.check(
          (repository) => imageOrigin(`${repository}/image`).kind === 'registry',
          'must be a repository of a registry',
        ),
      ),
    ),
  ),
  hostName: described(
    'Host that runs the components; if absent, a host takes them.',
    v.optional(v.pipe(v.string(), v.check(isDnsLabel, 'must be the name of a host'))),
  ),
  controlPlaneEndpoint: described(
    'Where the API server is reached, which cannot be changed; filled in with its address on the network of VMs if it is absent. The API server listens at port 6443.',
    v.optional(
      v.pipe(
        endpointSchema,
        v.check(({ host = '', port }) => port === undefined || host !== '', 'must have a host for its port'),
      ),
    ),
  ),
  etcd: v.optional(
    v.pipe(
      v.strictObject({
        imageTag: described(
          'Tag of its image; by default that of the version of Kubernetes.',
          v.optional(text),
        ),
        extraArgs: extraArgsSchema,
        external: described(
          'EtcdCluster of the same namespace that keeps the data, in the place of an etcd of its own. It cannot be changed.',
          v.optional(v.strictObject({ name: v.pipe(v.string(), v.check(isDnsLabel, 'must be a name')) })),
        ),
      }),
      v.check(
        ({ imageTag, extraArgs, external }) =>
          external === undefined || (imageTag === undefined && extraArgs === undefined),
        'must not have imageTag or extraArgs beside external',
      ),
    ),
  ),
  apiServer: v.optional(
    v.strictObject({
      extraArgs: extraArgsSchema,
      certSANs: described('Further names and addresses in its certificate.', v.optional(v.array(text))),
    }),
  ),
  controllerManager: componentSchema,
  scheduler: componentSchema,
  dns: v.optional(
    v.strictObject({
      imageTag: described(
        'Tag of the image of CoreDNS; by default that of the version of Kubernetes.',
        v.optional(text),
      ),
    }),
  ),
};

export const hostedControlPlaneSpecSchema = v.strictObject(hostedControlPlaneEntries);
export type HostedControlPlaneSpec = v.InferOutput<typeof hostedControlPlaneSpecSchema>;

const { version: _version, controlPlaneEndpoint: _endpoint, ...templateEntries } = hostedControlPlaneEntries;

export const hostedControlPlaneTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.optional(v.strictObject(templateEntries), {}),
  }),
});

export interface HostedControlPlaneStatus {
  readonly initialization?: { readonly controlPlaneInitialized?: boolean };
  /** No Machines belong to it (Cluster API's contract of control planes). */
  readonly externalManagedControlPlane?: true;
  /** The version of the oldest component that runs. */
  readonly version?: string;
  readonly versions?: readonly { readonly version: string; readonly replicas: number }[];
  readonly selector?: string;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly upToDateReplicas?: number;
  /** A hash of the objects that were last written into the cluster for its nodes. */
  readonly writtenObjects?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A control plane whose components a host runs in sandboxes, without a VM. */
export interface HostedControlPlane extends KubeObject {
  readonly kind: 'HostedControlPlane';
  readonly spec: HostedControlPlaneSpec;
  readonly status?: HostedControlPlaneStatus;
}
