/** Where the images of Kubernetes are, unless somebody names another repository. */
export const defaultRepository = 'registry.k8s.io';

/** Pure. Returns CoreDNS' name in a repository: it has a folder of its own in the usual one. */
export const coreDnsName = (repository: string): string =>
  repository === defaultRepository ? 'coredns/coredns' : 'coredns';

/** Pure. Returns the tag of images of a version. Tags have no `+` (kubeadm). */
export const tagOfVersion = (version: string): string => version.replaceAll('+', '_');

/** Pure. Tells whether an image is one of kind (kubernetes-sigs/kind), which is made for nodes that are containers. */
export const isKindImage = (image: string): boolean => /(^|\/)kindest\/node([:@]|$)/.test(image);
