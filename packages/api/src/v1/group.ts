/** The API group of Ignite's kinds. */
export const group = 'ignite.weave.works';

/** The API group and version that Ignite writes. The older versions of the group are read and converted to it. */
export const apiVersion = `${group}/v1`;
