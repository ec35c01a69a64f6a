/** The condition of a Host that says whether it serves its management cluster of Cluster API. */
export const servedManagement = 'ManagementClusterServed';
