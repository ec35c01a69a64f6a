/** The API group and version that Ignite writes. The older versions of the group are read and converted to it. */
export const apiVersion = 'ignite.weave.works/v1';
