import { type DefaultNetwork, defaultNetwork } from './default-network.ts';

/** The folders of CNI plugins besides $CNI_PATH. */
export const cniPluginDirs = ['/opt/cni/bin', '/usr/lib/cni'];

/** The folder of this host's CNI networks, and the default network to create if it does not exist. */
export interface NetworkSettings {
  readonly confDir: string;
  readonly fallback: DefaultNetwork;
}

/** Pure. Returns the settings from environment variables. */
export function networkSettings(env: NodeJS.ProcessEnv): NetworkSettings {
  const subnet6 = env['IGNITE_CNI_SUBNET6'];
  return {
    confDir: env['IGNITE_CNI_CONF_DIR'] ?? '/etc/cni/net.d',
    fallback: {
      name: env['IGNITE_CNI_NAME'] ?? defaultNetwork.name,
      bridge: env['IGNITE_CNI_BRIDGE'] ?? defaultNetwork.bridge,
      subnet: env['IGNITE_CNI_SUBNET'] ?? defaultNetwork.subnet,
      ...(subnet6 && { subnet6 }),
    },
  };
}
