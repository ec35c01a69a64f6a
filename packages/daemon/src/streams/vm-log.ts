import type { LogConnector, LogRequest } from '@ignite/apiserver/resource/connector';
import type { LogsRequest } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { type VmSource, connectedVm } from './connected-vm.ts';

/** What a VM writes. Its output and its errors come together, as in Kubernetes. */
export const vmLog = (source: VmSource): LogConnector => ({
  kind: 'log',
  open: async (target, request, signal) => {
    const { container } = request;
    const vm = await connectedVm(target, source, { container, signal });
    const logs = source.vms.logs(vm.metadata.uid, logsOf(request, vm), signal);
    return (async function* () {
      for await (const { bytes } of logs) yield bytes;
    })();
  },
});

/** Pure. */
function logsOf({ follow, timestamps, previous, tail, sinceMs }: LogRequest, { status }: Vm): LogsRequest {
  const selected = {
    timestamps,
    ...(tail !== undefined && { tail }),
    ...(sinceMs !== undefined && { sinceMs }),
  };
  if (!previous) return { ...selected, follow };
  const untilMs = status.startTime === undefined ? Infinity : Date.parse(status.startTime) - 1;
  return { ...selected, follow: false, allStarts: true, untilMs };
}
