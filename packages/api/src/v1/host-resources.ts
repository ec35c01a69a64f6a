import { type EachField, findInFields, nothing } from '@ignite/toolkit/schema/each-field';
import type { CloudInit } from './cloud-init.ts';
import { imageOrigin } from './image-origin.ts';
import type { NetworkPeer, NetworkPolicy } from './network-policy.ts';
import type { VmMachine } from './vm-machine.ts';
import type { PortMapping, VmInterface, VmNetwork } from './vm-network.ts';
import type { VmSandbox } from './vm-sandbox.ts';
import type { VmSsh } from './vm-ssh.ts';
import { type VmStorage, type VmVolume, isReadOnly } from './vm-storage.ts';
import type { VmSpec } from './vm.ts';

/** Tells whether a resource is only read, or written too. */
export type Access = 'read' | 'write';

/**
 * A resource of the host that the spec of a VM names. `field` is the field that names it, such as `spec.copyFiles`.
 */
export type HostResource = { readonly field: string } & (
  | { readonly kind: 'folder' | 'file' | 'device'; readonly path: string; readonly access: Access }
  /** A Volume by its name. */
  | { readonly kind: 'volume'; readonly name: string; readonly access: Access }
  /** A Snapshot by its name, which holds what was on the disk and in the memory of another VM. */
  | { readonly kind: 'snapshot'; readonly name: string }
  | { readonly kind: 'port'; readonly port: PortMapping }
  /**
   * A CNI network, or a router, for which this host takes a subnet. The default network, which a VM is on unless it names another, is not a
   * resource.
   */
  | { readonly kind: 'network'; readonly name: string }
  /** An address on a network: IPv4, IPv6 or MAC. */
  | { readonly kind: 'address'; readonly address: string }
  /** Those who may reach unpublished ports of the VM: a range of addresses, `vms` or `any`. */
  | { readonly kind: 'ingress'; readonly from: string }
  /** A range from which the VM may send, besides its own addresses. */
  | { readonly kind: 'source'; readonly range: string }
  /** A program of the host whose content or help is used: `docker`, `containerd` or `containers-storage`. */
  | { readonly kind: 'service'; readonly name: string }
  /** A Secret of the namespace of the VM. */
  | { readonly kind: 'secret'; readonly name: string }
  /** The VM is started without anybody's request, such as after the host has booted. */
  | { readonly kind: 'restart'; readonly policy: string }
);

type Fields<T> = EachField<T, HostResource>;

/** Pure. Returns the resources of the host that a VM names, in the order of the fields. */
export const hostResources = (spec: VmSpec, field = 'spec'): readonly HostResource[] =>
  findInFields(spec, ofSpec, field);

const readFile = (path: string, field: string): readonly HostResource[] => [
  { kind: 'file', path, access: 'read', field },
];

const ofImage: Fields<VmSpec['image']> = {
  oci: (text, field) => {
    const origin = imageOrigin(text);
    switch (origin.kind) {
      case 'registry':
        return [];
      case 'path':
        return readFile(origin.path, field);
      case 'service':
        return [{ ...origin, field }];
    }
  },
};

const ofKernel: Fields<VmSpec['kernel']> = { ...ofImage, cmdLine: nothing };

const ofSsh: Fields<VmSsh> = {
  generateKey: nothing,
  authorizedKeysFile: readFile,
  authorizedKeys: nothing,
};

const ofCloudInit: Fields<CloudInit> = {
  userData: nothing,
  userDataSecretRef: ({ name }, field) => [{ kind: 'secret', name, field }],
  metaData: nothing,
  networkConfig: nothing,
};

const ofMachine: Fields<VmMachine> = { vmm: nothing, gic: nothing };

const address = (given: string, field: string): readonly HostResource[] => [
  { kind: 'address', address: given, field },
];
const network = (name: string, field: string): readonly HostResource[] => [{ kind: 'network', name, field }];

const ofInterface: Fields<VmInterface> = {
  name: nothing,
  network,
  mode: nothing,
  mac: address,
  address,
  address6: address,
};

const peerText = (peer: NetworkPeer): string => ('cidr' in peer ? peer.cidr : 'vms');

const ofPolicy: Fields<NetworkPolicy> = {
  ingress: (rules, field) => {
    const peers = rules.flatMap(({ from }) => (from.length === 0 ? ['any'] : from.map(peerText)));
    return [...new Set(peers)].map((from) => ({ kind: 'ingress', from, field }));
  },
  egress: nothing,
  sources: (ranges, field) => ranges.map((range) => ({ kind: 'source', range, field })),
};

const ofNetwork: Fields<VmNetwork> = {
  ports: (ports, field) => ports.map((port) => ({ kind: 'port', port, field })),
  name: network,
  router: network,
  mode: nothing,
  mac: address,
  address,
  address6: address,
  interfaces: (interfaces, field) =>
    interfaces.flatMap((each) => findInFields(each, ofInterface, `${field}.${each.name}`)),
  dns: nothing,
  hosts: nothing,
  policy: (policy, field) => findInFields(policy, ofPolicy, field),
};

const ofVolume = (access: Access): Fields<VmVolume> => ({
  name: nothing,
  blockDevice: ({ path }, field) => [{ kind: 'device', path, access, field }],
  file: ({ path }, field) => [{ kind: 'file', path, access, field }],
  hostPath: ({ path }, field) => [{ kind: 'folder', path, access, field }],
  volume: ({ name }, field) => [{ kind: 'volume', name, access, field }],
  readOnly: nothing,
});

const ofStorage = (storage: VmStorage): Fields<VmStorage> => ({
  volumes: (volumes, field) =>
    volumes.flatMap((volume) =>
      findInFields(
        volume,
        ofVolume(isReadOnly(volume, storage) ? 'read' : 'write'),
        `${field}.${volume.name}`,
      ),
    ),
  volumeMounts: nothing,
});

const ofSandbox: Fields<VmSandbox> = {
  runtime: (name, field) => (name === 'conmon' ? [] : [{ kind: 'service', name, field }]),
};

const ofSpec: Fields<VmSpec> = {
  arch: nothing,
  hostName: nothing,
  image: (image, field) => findInFields(image, ofImage, field),
  kernel: (kernel, field) => findInFields(kernel, ofKernel, field),
  cpus: nothing,
  machine: (machine, field) => findInFields(machine, ofMachine, field),
  memory: nothing,
  diskSize: nothing,
  ssh: (ssh, field) => findInFields(ssh, ofSsh, field),
  network: (given, field) => findInFields(given, ofNetwork, field),
  storage: (storage, field) => findInFields(storage, ofStorage(storage), field),
  cloudInit: (cloudInit, field) => findInFields(cloudInit, ofCloudInit, field),
  copyFiles: (copied, field) => copied.flatMap(({ hostPath }) => readFile(hostPath, field)),
  command: nothing,
  env: nothing,
  source: ({ snapshot }, field) => [{ kind: 'snapshot', name: snapshot, field }],
  sandbox: (sandbox, field) => findInFields(sandbox, ofSandbox, field),
  restartPolicy: (policy, field) => (policy === 'no' ? [] : [{ kind: 'restart', policy, field }]),
  power: nothing,
  tty: nothing,
};
