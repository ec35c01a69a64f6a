export interface DefaultNetwork {
  readonly name: string;
  readonly bridge: string;
  readonly subnet: string;
  /** None: VMs get no IPv6 addresses. */
  readonly subnet6?: string;
}

/** The names and the range of the original Ignite, so that firewall rules of its users go on to fit. */
export const defaultNetwork: DefaultNetwork = {
  name: 'ignite-cni-bridge',
  bridge: 'ignite0',
  subnet: '10.61.0.0/16',
};
