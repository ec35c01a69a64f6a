import { resolve } from 'node:path';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import type { MachinePort } from './config.ts';
import type { Machine } from './machines.ts';

/** What a machine takes from its surroundings. */
export interface MachinePlace {
  /** The folder of the configuration, to which paths are relative. */
  readonly dir: string;
  /** The public key of the cluster; undefined if it has none. */
  readonly publicKey: string | undefined;
  /** The image for the machine, which is not always that of the configuration. */
  readonly image: string;
  /** Returns another port of the host that is free, each time. */
  readonly freePort: () => number;
}

/** The spec of a VM, and what of the machine it cannot have. */
export interface PlannedMachine {
  readonly spec: object;
  readonly remarks: readonly string[];
}

const [defaultCpus, defaultMemory, defaultDisk] = [2, '1GB', '4GB'];
const init = '/sbin/init';

/** Pure but for free ports. Returns the VM of a machine. */
export function planMachine({ name, index, spec }: Machine, place: MachinePlace): PlannedMachine {
  const { ignite = {}, cmd } = spec;
  const { kernel, copyFiles = {} } = ignite;
  const volumes = plannedVolumes(name, spec.volumes ?? [], place);
  const ports = (spec.portMappings ?? []).map((mapping) => plannedPort(mapping, index, place));
  const command = cmd === undefined || cmd === '' || cmd === init ? undefined : cmd.split(/\s+/);
  const own = kernel === undefined || kernel === '' ? undefined : familiarSource(kernel);
  return {
    spec: {
      image: { oci: place.image },
      ...(own !== undefined && { kernel: { oci: own } }),
      cpus: ignite.cpus || defaultCpus,
      memory: ignite.memory || defaultMemory,
      diskSize: ignite.diskSize || defaultDisk,
      ...(place.publicKey !== undefined && { ssh: { authorizedKeys: [place.publicKey] } }),
      network: { ports },
      ...(volumes.storage && { storage: volumes.storage }),
      copyFiles: Object.entries(copyFiles).map(([host, vm]) => ({
        hostPath: resolve(place.dir, host),
        vmPath: vm,
      })),
      ...(command && { command }),
    },
    remarks: [
      ...(spec.networks ?? [])
        .filter((network) => network !== 'bridge')
        .map(
          (network) =>
            `${name}: the Docker network "${network}" is not there for VMs: it is on that of Ignite`,
        ),
      ...(spec.publicKey === undefined || spec.publicKey === ''
        ? []
        : [
            `${name}: the key "${spec.publicKey}" is in the store of "footloose serve", which Ignite does not have`,
          ]),
      ...volumes.remarks,
    ],
  };
}

function plannedPort(mapping: MachinePort, index: number, { freePort }: MachinePlace): object {
  const { address, protocol, containerPort, hostPort } = mapping;
  return {
    ...(address !== undefined && address !== '' && { bindAddress: address }),
    hostPort: hostPort ? hostPort + index : freePort(),
    vmPort: containerPort,
    ...(protocol === 'udp' && { protocol }),
  };
}

function plannedVolumes(
  name: string,
  volumes: NonNullable<Machine['spec']['volumes']>,
  { dir }: MachinePlace,
): { readonly storage?: object; readonly remarks: readonly string[] } {
  const named = volumes.flatMap(({ type, source, destination, readOnly }, at) =>
    source === ''
      ? []
      : [
          {
            volume: {
              name: `volume${at}`,
              ...(type === 'bind'
                ? { hostPath: { path: resolve(dir, source) } }
                : { volume: { name: source } }),
            },
            mount: { name: `volume${at}`, mountPath: destination, ...(readOnly && { readOnly }) },
          },
        ],
  );
  const anonymous = volumes.filter(({ source }) => source === '');
  return {
    ...(named.length > 0 && {
      storage: {
        volumes: named.map(({ volume }) => volume),
        volumeMounts: named.map(({ mount }) => mount),
      },
    }),
    remarks: anonymous.map(
      ({ destination }) => `${name}: ${destination} is on the disk of the VM, which is its own`,
    ),
  };
}

/** The distributions of Footloose's own images. */
const ownImage = /^quay\.io\/footloose\/([a-z]+[0-9.]*)(?::.*)?$/;
/** What stands in for them: the image that `images/debian/build` makes. */
export const standIn = 'ignite-debian:latest';

/**
 * Pure. Returns the image for a machine: that of the configuration, or, if this is one of Footloose's own and only its
 * stand-in is on the host, the stand-in. Footloose's images are of systems that nobody maintains any more.
 */
export function imageFor(image: string, isHere: (name: string) => boolean): string {
  const familiar = familiarSource(image);
  return ownImage.test(image) && !isHere(familiar) && isHere(standIn) ? standIn : familiar;
}
