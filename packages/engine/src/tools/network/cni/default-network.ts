export interface DefaultNetwork {
  readonly name: string;
  readonly bridge: string;
  readonly subnet: string;
  /** The IPv6 subnet; without it, VMs get no IPv6 addresses. */
  readonly subnet6?: string;
}

/**
 * The default network. It has the names and the range of the original Ignite, so that its users' firewall
 * rules still match.
 */
export const defaultNetwork: DefaultNetwork = {
  name: 'ignite-cni-bridge',
  bridge: 'ignite0',
  subnet: '10.61.0.0/16',
};
