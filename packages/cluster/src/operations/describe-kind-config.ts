import * as v from 'valibot';
import { isKindImage } from '../contract/image-names.ts';
import { type DescribedCluster, describedVersion, remarksOn } from './described-cluster.ts';

export const kindApiVersion = 'kind.x-k8s.io/v1alpha4';

const nodeSchema = v.looseObject({
  role: v.optional(v.picklist(['control-plane', 'worker']), 'control-plane'),
  image: v.optional(v.string()),
});

/** The configuration of a cluster of kind (kubernetes-sigs/kind), as far as it is carried over. */
export const kindConfigSchema = v.looseObject({
  apiVersion: v.literal(kindApiVersion),
  kind: v.literal('Cluster'),
  name: v.optional(v.string()),
  nodes: v.optional(v.nullable(v.array(nodeSchema))),
  networking: v.optional(
    v.nullable(
      v.looseObject({
        podSubnet: v.optional(v.string()),
        serviceSubnet: v.optional(v.string()),
        disableDefaultCNI: v.optional(v.boolean(), false),
      }),
    ),
  ),
});

type Node = v.InferOutput<typeof nodeSchema>;

/** Pure. Describes the cluster of a configuration of kind, which without nodes has one for its control plane. */
export function describeKindConfig(config: v.InferOutput<typeof kindConfigSchema>): DescribedCluster {
  const nodes: readonly Node[] = config.nodes?.length ? config.nodes : [{ role: 'control-plane' }];
  const { podSubnet, serviceSubnet, disableDefaultCNI = false } = config.networking ?? {};
  const workers = nodes.filter(({ role }) => role === 'worker').length;
  const images = [...new Set(nodes.flatMap(({ image }) => image ?? []))];
  const [image] = images;
  const found = image === undefined ? undefined : versionOfImage(image);
  return {
    name: config.name ?? 'kind',
    ...(found?.version !== undefined && { version: found.version }),
    controlPlanes: nodes.length - workers,
    workers,
    shape: image === undefined || isKindImage(image) ? {} : { image },
    networks: {
      ...(podSubnet !== undefined && { pods: podSubnet.split(',') }),
      ...(serviceSubnet !== undefined && { services: serviceSubnet.split(',') }),
    },
    bringsPodNetwork: disableDefaultCNI,
    remarks: [
      ...(found?.remarks ?? []),
      ...(image !== undefined && isKindImage(image)
        ? [`nodes: the image ${image} is for containers, and VMs get the one for VMs`]
        : []),
      ...(images.length > 1
        ? [`nodes: all are as the image ${image} says, and not ${images.slice(1).join(', ')}`]
        : []),
      ...remarksOn(config, '', ['apiVersion', 'kind', 'name', 'nodes', 'networking']),
      ...remarksOn(config.networking ?? {}, 'networking', [
        'podSubnet',
        'serviceSubnet',
        'disableDefaultCNI',
      ]),
      ...nodes.flatMap((node, at) => remarksOn(node, `nodes[${at}]`, ['role', 'image'])),
    ],
  };
}

/** The images of kind have the version of Kubernetes as their tag. */
function versionOfImage(image: string): ReturnType<typeof describedVersion> {
  const [, tag] = /:([^/:@]+)(?:@.*)?$/.exec(image) ?? [];
  return tag === undefined
    ? { remarks: [`nodes: the tag of the image ${image} names no version of Kubernetes`] }
    : describedVersion(tag, 'nodes');
}
