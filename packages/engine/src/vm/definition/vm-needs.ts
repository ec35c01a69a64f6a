import { delimiter, join } from 'node:path';
import type { SandboxRuntime } from '@ignite/api/v1/vm-sandbox';
import type { Arch } from '@ignite/api/v1/arch';
import type { VmSpec } from '@ignite/api/v1/vm';
import { containerdSocket, dockerSocket } from '../../tools/container-engine/engine-socket.ts';
import type { HostNeeds } from '../../tools/doctor/preflight.ts';
import { cniPluginDirs } from '../../tools/network/cni/settings.ts';
import type { Vmm } from '../../tools/vmm/vmm.ts';
import { runtimeOf } from '../runtime-of.ts';

/** A VM that exists, or that is about to be created. */
export interface StartableVm {
  readonly spec: VmSpec;
  readonly arch: Arch;
}

type Needs = Pick<HostNeeds, 'programs' | 'files'>;

/**
 * Returns what a host needs in order to start a VM.
 * @throws CodedError DOCKER_HOST_INVALID
 */
export function vmNeeds({ spec, arch }: StartableVm, vmm: Vmm, env: NodeJS.ProcessEnv): HostNeeds {
  const cniDirs = [...cniPluginDirs, ...(env['CNI_PATH'] ?? '').split(delimiter).filter(Boolean)];
  const sandbox = sandboxNeeds(runtimeOf(spec), env);
  return {
    programs: [
      ['setpriv'],
      ['qemu-img'],
      [vmm.program(arch)],
      ['ip'],
      ['iptables'],
      ['dnsmasq'],
      ['perl'],
      ...(vmm.capabilities.channel === 'vsock' ? [['socat']] : []),
      ...(spec.network.router === undefined ? [] : [['nsenter']]),
      ...sandbox.programs,
    ],
    files: [
      ['/dev/net/tun'],
      ...(vmm.capabilities.emulation ? [] : [['/dev/kvm']]),
      cniDirs.map((dir) => join(dir, 'bridge')),
      ...(spec.network.router === undefined ? [] : [cniDirs.map((dir) => join(dir, 'ptp'))]),
      ...sandbox.files,
    ],
    ports: spec.network.ports,
  };
}

function sandboxNeeds(runtime: SandboxRuntime, env: NodeJS.ProcessEnv): Needs {
  switch (runtime) {
    case 'conmon':
      return { programs: [['conmon'], ['runc', 'crun']], files: [] };
    case 'containerd':
      return { programs: [['ctr']], files: [[containerdSocket(env)]] };
    case 'docker':
      return { programs: [['nsenter']], files: [[dockerSocket(env)]] };
  }
}
