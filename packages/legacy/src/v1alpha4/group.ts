/** The last version that the original Ignite wrote. */
export const apiVersion = 'ignite.weave.works/v1alpha4';
