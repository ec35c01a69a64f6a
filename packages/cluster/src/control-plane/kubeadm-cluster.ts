import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { coreDnsName, tagOfVersion } from '../contract/image-names.ts';
import { nextClusterConfiguration } from '../workload/kubeadm-documents.ts';
import { annotations } from '../contract/names.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import { configMaps, daemonSets, deployments } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';

/** What `kubeadm init` has left in a cluster, as it is for the control plane of today. */

const namespace = 'kube-system';
const field = 'ClusterConfiguration';

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** Writes into the cluster the configuration that control planes which join it read there. */
export async function announceConfiguration(
  { spec }: KubeadmControlPlane,
  { objects }: WorkloadCluster,
  signal: AbortSignal,
): Promise<void> {
  const all = objectsOf(objects, configMaps);
  const known = await all.find({ namespace, name: 'kubeadm-config' }, { signal });
  if (known)
    await all.modify(
      known.metadata,
      (now: ConfigMap) => {
        const document = now.data?.[field];
        const next =
          document === undefined
            ? undefined
            : nextClusterConfiguration(document, { spec: spec.kubeadmConfigSpec, version: spec.version });
        return next === document ? now : { ...now, data: { ...now.data, [field]: next } };
      },
      { known, signal },
    );
}

/**
 * Gives kube-proxy the version of the control plane, and CoreDNS the image that the control plane names. The Corefile is left as
 * it is.
 */
export async function upgradeAddons(
  { metadata, spec }: KubeadmControlPlane,
  { objects }: WorkloadCluster,
  signal: AbortSignal,
): Promise<void> {
  const { imageRepository, dns } = spec.kubeadmConfigSpec.clusterConfiguration ?? {};
  const isLeft = (annotation: string): boolean => Object.hasOwn(metadata.annotations, annotation);
  const addons = [
    {
      ...{ resource: daemonSets, name: 'kube-proxy', isSkipped: isLeft(annotations.skipKubeProxy) },
      image: { repository: imageRepository, tag: tagOfVersion(spec.version) },
    },
    {
      ...{ resource: deployments, name: 'coredns', isSkipped: isLeft(annotations.skipCoreDns) },
      image: { repository: dns?.imageRepository, tag: dns?.imageTag },
    },
  ];
  for (const { resource, name, image, isSkipped } of addons) {
    const all = objectsOf(objects, resource);
    const isNamed = (image.repository ?? image.tag) !== undefined;
    const known = isSkipped || !isNamed ? undefined : await all.find({ namespace, name }, { signal });
    if (known)
      await all.modify(known.metadata, (now) => withImage(now as Workload, name, image), { known, signal });
  }
}

interface Container {
  readonly name: string;
  readonly image: string;
}

/** A DaemonSet or a Deployment. */
interface Workload extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly Container[]; readonly [field: string]: unknown };
      readonly [field: string]: unknown;
    };
    readonly [field: string]: unknown;
  };
}

interface ImageChange {
  readonly repository: string | undefined;
  readonly tag: string | undefined;
}

function withImage(workload: Workload, name: string, change: ImageChange): Workload {
  const { template } = workload.spec;
  const { containers } = template.spec;
  const known = containers.find((each) => each.name === name);
  const image = known && changedImage(known.image, change);
  if (image === known?.image) return workload;
  const changed = containers.map((each) => (each === known ? { ...each, image: image! } : each));
  const spec = {
    ...workload.spec,
    template: { ...template, spec: { ...template.spec, containers: changed } },
  };
  return { ...workload, spec };
}

/** Pure. Returns an image with another repository, or another tag, as far as they are given. A digest is not kept. */
export function changedImage(image: string, { repository, tag }: ImageChange): string {
  if (repository === undefined && tag === undefined) return image;
  const [reference = ''] = image.split('@');
  const [, path = reference, known] = /^(.*?)(?::([^/:]+))?$/.exec(reference) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = repository?.replace(/\/+$/, '');
  const at = folder === undefined ? path : `${folder}/${name === 'coredns' ? coreDnsName(folder) : name}`;
  const chosen = tag ?? known;
  return chosen === undefined ? at : `${at}:${chosen}`;
}
