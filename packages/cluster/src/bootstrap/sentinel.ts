/** The file by which a node says that it has become one (Cluster API: the sentinel file). */
export const sentinel = '/run/cluster-api/bootstrap-success.complete';
