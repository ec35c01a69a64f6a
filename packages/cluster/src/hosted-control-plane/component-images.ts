import { coreDnsName, defaultRepository } from '../contract/image-names.ts';
import { minorOf } from '../contract/kubernetes-version.ts';
import type { HostedControlPlaneSpec } from '../kinds/hosted-control-plane.ts';

/**
 * The tags of what Kubernetes does not version itself, by its minor versions from which kubeadm uses them. Those of etcd are
 * also in images/kubernetes/control-plane/etcd-tag, which makes the images.
 */
const companions: readonly { readonly since: number; readonly etcd: string; readonly coreDns: string }[] = [
  { since: 35, etcd: '3.6.6-0', coreDns: 'v1.13.1' },
  { since: 34, etcd: '3.6.5-0', coreDns: 'v1.12.1' },
  { since: 0, etcd: '3.5.24-0', coreDns: 'v1.12.0' },
];

/** The components that have the version of Kubernetes. */
export type Component = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kube-proxy';

const repositoryOf = ({ imageRepository = defaultRepository }: ImageChoice): string =>
  imageRepository.replace(/\/+$/, '');

type ImageChoice = Pick<HostedControlPlaneSpec, 'imageRepository' | 'etcd' | 'dns'>;

/** Pure. Returns the image of a component. */
export const componentImage = (component: Component, version: string, choice: ImageChoice): string =>
  `${repositoryOf(choice)}/${component}:${version}`;

/** Pure. Returns the image of the etcd that a version of Kubernetes goes with. */
export const etcdImage = (version: string, choice: ImageChoice): string =>
  `${repositoryOf(choice)}/etcd:${choice.etcd?.imageTag ?? companionsOf(version).etcd}`;

/** Pure. Returns the image of CoreDNS. */
export const coreDnsImage = (version: string, choice: ImageChoice): string => {
  const repository = repositoryOf(choice);
  return `${repository}/${coreDnsName(repository)}:${choice.dns?.imageTag ?? companionsOf(version).coreDns}`;
};

/** Pure. Returns the version in the tag of an image. */
export const versionOfImage = (image: string): string => image.slice(image.lastIndexOf(':') + 1);

const companionsOf = (version: string) =>
  companions.find(({ since }) => (minorOf(version)?.minor ?? 0) >= since) ?? companions[0]!;
