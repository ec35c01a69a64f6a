import type { Connector } from '@ignite/apiserver/resource/connector';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import type { VmSource } from './connected-vm.ts';
import { vmAttach } from './vm-attach.ts';
import { vmExec } from './vm-exec.ts';
import { vmLog } from './vm-log.ts';
import { vmPorts } from './vm-ports.ts';

/** The parts of a VM that clients connect to, and of the Pod that shows it. */
export const vmConnectors = (source: VmSource): Readonly<Record<string, Connector>> => ({
  attach: vmAttach(source),
  exec: vmExec(source),
  log: vmLog(source),
  portforward: vmPorts(source),
});

/** Pure. Gives a kind the parts of VMs, if it is that of VMs or of the Pods that show them. */
export const withVmConnectors = (
  served: ServedResource,
  connectors: Readonly<Record<string, Connector>>,
): ServedResource =>
  served.kind === 'VM' || (served.kind === 'Pod' && served.group === '') ? { ...served, connectors } : served;
