/** Pure. The names of the objects of a cluster that `ignite cluster create` makes. */

export const controlPlaneName = (cluster: string): string => `${cluster}-control-plane`;

export const workersName = (cluster: string): string => `${cluster}-workers`;

export const cniName = (cluster: string): string => `${cluster}-cni`;
