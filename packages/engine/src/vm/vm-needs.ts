import { delimiter, join } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import type { HostNeeds } from '../host/preflight.ts';
import { cniPluginDirs } from '../host/requirements.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { archOf } from './vm-machine.ts';

/** Pure. What must be on a host before the VM is started. */
export function vmNeeds(vm: Vm, vmm: Vmm, env: NodeJS.ProcessEnv): HostNeeds {
  const cniDirs = [...cniPluginDirs, ...(env['CNI_PATH'] ?? '').split(delimiter).filter(Boolean)];
  return {
    programs: [
      ['setpriv'],
      ['qemu-img'],
      [vmm.program(archOf(vm))],
      ['conmon'],
      ['runc', 'crun'],
      ['ip'],
      ['iptables'],
      ['dnsmasq'],
    ],
    files: [['/dev/net/tun'], cniDirs.map((dir) => join(dir, 'bridge'))],
    ports: vm.spec.network.ports,
  };
}
