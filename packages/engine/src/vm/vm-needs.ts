import { delimiter, join } from 'node:path';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { Vm } from '@ignite/api/v1/vm';
import { containerdSocket, dockerSocket } from '../host/daemon-socket.ts';
import type { HostNeeds } from '../host/preflight.ts';
import { cniPluginDirs } from '../host/requirements.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { archOf } from './vm-machine.ts';
import { runtimeOf } from './vm-runtime.ts';

type Needs = Pick<HostNeeds, 'programs' | 'files'>;

/** What must be on a host before the VM is started. @throws CodedError DOCKER_HOST_INVALID */
export function vmNeeds(vm: Vm, vmm: Vmm, env: NodeJS.ProcessEnv): HostNeeds {
  const cniDirs = [...cniPluginDirs, ...(env['CNI_PATH'] ?? '').split(delimiter).filter(Boolean)];
  const sandbox = sandboxNeeds(runtimeOf(vm.spec), env);
  return {
    programs: [
      ['setpriv'],
      ['qemu-img'],
      [vmm.program(archOf(vm))],
      ['ip'],
      ['iptables'],
      ['dnsmasq'],
      ...sandbox.programs,
    ],
    files: [['/dev/net/tun'], cniDirs.map((dir) => join(dir, 'bridge')), ...sandbox.files],
    ports: vm.spec.network.ports,
  };
}

function sandboxNeeds(runtime: SandboxRuntime, env: NodeJS.ProcessEnv): Needs {
  switch (runtime) {
    case 'conmon':
      return { programs: [['conmon'], ['runc', 'crun']], files: [] };
    case 'containerd':
      return { programs: [['ctr'], ['perl']], files: [[containerdSocket(env)]] };
    case 'docker':
      return { programs: [['nsenter'], ['perl']], files: [[dockerSocket(env)]] };
  }
}
