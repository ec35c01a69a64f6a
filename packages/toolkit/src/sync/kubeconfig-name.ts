/** Pure. Returns the name of the Secret with the kubeconfig of a cluster, as Cluster API names it. */
export const kubeconfigName = (cluster: string): string => `${cluster}-kubeconfig`;
