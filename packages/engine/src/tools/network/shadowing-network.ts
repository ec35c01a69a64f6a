import type { Network } from './network.ts';

/** Wraps a network so that VMs are attached even if programs of this host listen on their ports. */
export const shadowingNetwork = (network: Network): Network => ({
  validate: async (demand) => await network.validate(demand),
  attach: async (request, signal) => await network.attach({ ...request, shadowsPrograms: true }, signal),
  changePorts: async (uid, ports, signal) => await network.changePorts(uid, ports, signal),
  admit: async (uid, admission, signal) => await network.admit(uid, admission, signal),
  examineFirewall: async (signal) => await network.examineFirewall(signal),
  restoreFirewall: async (signal) => await network.restoreFirewall(signal),
  rename: async (uid, name, signal) => await network.rename(uid, name, signal),
  detach: async (uid, signal) => await network.detach(uid, signal),
  unreadable: async () => await network.unreadable(),
  observe: async (uid, signal) => await network.observe(uid, signal),
});
