/** Where ignited looks for its configuration if it is not told. The file need not be there. */
export const ignitedConfigurationPath = '/etc/ignite/ignited.yaml';
