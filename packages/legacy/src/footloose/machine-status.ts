import type { Vm } from '@ignite/api/v1/vm';
import type { Machine } from './machines.ts';

/** A machine as `footloose show` tells it, with its fields in the order of Footloose's JSON. */
export interface MachineStatus {
  readonly container: string;
  readonly state: 'Not created' | 'Stopped' | 'Running';
  readonly spec: object;
  readonly ports: readonly { readonly guest: number; readonly host: number }[] | null;
  readonly hostname: string;
  readonly image: string;
  readonly cmd: string;
  readonly ip: string;
  readonly runtimeNetworks?: readonly { readonly ip: string }[];
}

const init = '/sbin/init';

/** Pure. Tells how a machine is, whose VM is `vm`. */
export function machineStatus({ name, hostname, spec }: Machine, vm: Vm | undefined): MachineStatus {
  const ports = vm
    ? vm.spec.network.ports.map(({ vmPort, hostPort }) => ({ guest: vmPort, host: hostPort }))
    : (spec.portMappings ?? []).map(({ containerPort, hostPort = 0 }) => ({
        guest: containerPort,
        host: hostPort,
      }));
  const addresses = vm?.status.network?.ipAddresses ?? [];
  return {
    container: name,
    state: vm ? (vm.status.phase === 'Running' ? 'Running' : 'Stopped') : 'Not created',
    spec: shownSpec(spec),
    ports: ports.length > 0 ? ports : null,
    hostname,
    image: spec.image,
    cmd: spec.cmd || (vm ? init : ''),
    ip: addresses[0] ?? '',
    ...(addresses.length > 0 && { runtimeNetworks: addresses.map((ip) => ({ ip })) }),
  };
}

/** Returns a spec with its fields in the order of Footloose's JSON, without those that are empty. */
function shownSpec(spec: Machine['spec']): object {
  const { name, image, privileged, volumes, networks, portMappings, cmd, publicKey, backend, ignite } = spec;
  const ports = portMappings?.map(({ protocol, address, hostPort, containerPort }) => ({
    ...(protocol && { protocol }),
    ...(address && { address }),
    ...(hostPort && { hostPort }),
    containerPort,
  }));
  return {
    name,
    image,
    ...(privileged && { privileged }),
    ...(volumes?.length && { volumes }),
    ...(networks?.length && { networks }),
    ...(ports?.length && { portMappings: ports }),
    ...(cmd && { cmd }),
    ...(publicKey && { publicKey }),
    ...(backend && { backend }),
    ...(ignite && { ignite }),
  };
}
