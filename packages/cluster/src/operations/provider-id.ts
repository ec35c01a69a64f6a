/** The argument of a kubelet by which a Machine finds its node. What is in braces is filled in when the node boots. */
export const providerId = 'ignite://{{ ds.meta_data.instance_id }}';
