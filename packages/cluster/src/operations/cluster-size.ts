export type ScaleErrorCode =
  'CLUSTER_WORKERS_AMBIGUOUS' | 'CLUSTER_CONTROL_PLANE_MISSING' | 'CLUSTER_ENDPOINT_OF_REPLICA';

/** What a cluster is to have; what is absent stays as it is. */
export interface ClusterSize {
  readonly workers?: number;
  readonly controlPlanes?: number;
}
