import { once } from 'node:events';
import { connect } from 'node:net';
import type { PortConnector } from '@ignite/apiserver/resource/connector';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import { type VmSource, checkRunning, connectedVm } from './connected-vm.ts';

/** The time in which a guest must accept a connection, in milliseconds. */
const connectMs = 30_000;

/** Connects clients with the ports of a VM, over the network of this host. */
export const vmPorts = (source: VmSource): PortConnector => ({
  kind: 'ports',
  open: async (target, signal) => {
    const vm = await connectedVm(target, source, { signal });
    checkRunning(vm);
    const [host] = vm.status.network?.ipAddresses ?? [];
    if (host === undefined) throw badRequest(`the VM "${vm.metadata.name}" has no address`);
    return async (port, until) => {
      const socket = connect({ host, port, allowHalfOpen: true });
      try {
        const inTime = AbortSignal.any([until, AbortSignal.timeout(connectMs)]);
        await once(socket, 'connect', { signal: inTime });
        return socket;
      } catch (cause) {
        socket.destroy();
        const what = `nothing in the VM accepts connections at port ${port}`;
        throw new ObjectError('SERVER_UNREACHABLE', what, { cause });
      }
    };
  },
});
