import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { vmSpecSchema } from './vm.ts';

const image = { oci: 'debian:12' };

test('vmSpecSchema: what is not given gets its default', () => {
  assert.deepEqual(v.parse(vmSpecSchema, { image }), {
    image,
    kernel: {},
    cpus: 1,
    memory: 512 * 2 ** 20,
    diskSize: 4 * 2 ** 30,
    network: { ports: [], interfaces: [], dns: { servers: [], search: [], options: [] }, hosts: [] },
    copyFiles: [],
    restartPolicy: 'no',
    power: 'Running',
  });
});

test('vmSpecSchema: its own output is a spec again', () => {
  const once = v.parse(vmSpecSchema, {
    image,
    memory: '1.5GB',
    ssh: { generateKey: true },
    network: { ports: [{ hostPort: 80, vmPort: 8080 }] },
  });
  assert.equal(once.memory, 1_536 * 2 ** 20);
  assert.equal(once.network.ports[0]?.protocol, 'tcp');
  assert.deepEqual(v.parse(vmSpecSchema, once), once);
});

const port = { hostPort: 80, vmPort: 80 };
const refused: Readonly<Record<string, object>> = {
  'no image': {},
  'an empty image': { image: { oci: '' } },
  'an unknown field': { image, cpu: 2 },
  'no CPU': { image, cpus: 0 },
  'half a CPU': { image, cpus: 1.5 },
  'too many CPUs': { image, cpus: 65 },
  'an architecture that is none': { image, arch: 'x64' },
  'an interrupt controller that is none': { image, machine: { gic: 4 } },
  'too little memory': { image, memory: '95MB' },
  'memory that is no size': { image, memory: 'much' },
  'memory that is no whole number of MB': { image, memory: '100.5MB' },
  'a disk that is too small': { image, diskSize: '15MB' },
  'a key path that is not absolute': { image, ssh: { authorizedKeysFile: 'key.pub' } },
  'ssh: false': { image, ssh: false },
  'SSH that nobody may use': { image, ssh: { generateKey: false } },
  'a key that is none': { image, ssh: { authorizedKeys: ['/root/key.pub'] } },
  'a port beyond 65535': { image, network: { ports: [{ ...port, hostPort: 65_536 }] } },
  'one port of the host twice': { image, network: { ports: [port, { ...port, vmPort: 81 }] } },
  'an address that is none': { image, network: { ports: [{ ...port, bindAddress: '1.2.3' }] } },
  'an IPv6 address for IPv4': { image, network: { address: 'fd00::1' } },
  'a MAC of many devices': { image, network: { mac: '01:00:5e:00:00:01' } },
  'a MAC of none': { image, network: { mac: '00:00:00:00:00:00' } },
  'a network that is a path': { image, network: { name: '../lan' } },
  'eth0 as an extra interface': { image, network: { interfaces: [{ name: 'eth0', network: 'lan' }] } },
  'an interface twice': { image, network: { interfaces: [{ name: 'eth1' }, { name: 'eth1' }] } },
  'a name that the host takes': { image, network: { interfaces: [{ name: 'tap0' }] } },
  'an address without a network': { image, network: { interfaces: [{ name: 'eth1', address: '10.0.0.1' }] } },
  'a mode that is none': { image, network: { interfaces: [{ name: 'eth1', mode: 'nat' }] } },
  'a DNS server that is a name': { image, network: { dns: { servers: ['dns.example'] } } },
  'a search domain of two words': { image, network: { dns: { search: ['a b'] } } },
  'a host entry of two lines': { image, network: { hosts: [{ name: 'a\n1.2.3.4 b', address: '10.0.0.1' }] } },
  'ports behind a router': { image, network: { router: 'test', ports: [port] } },
  'two interfaces behind a router': {
    image,
    network: { router: 'test', interfaces: [{ name: 'eth1', network: 'lan' }] },
  },
  'a router that is a path': { image, network: { router: '../test' } },
  'the identity of another VM without a router': { image, source: { snapshot: 'ready', identity: 'Kept' } },
  'a path that escapes': { image, copyFiles: [{ hostPath: '/a', vmPath: '/b/../../c' }] },
  'a relative path': { image, copyFiles: [{ hostPath: 'a', vmPath: '/b' }] },
  'a runtime that is none': { image, sandbox: { runtime: 'inert' } },
  'a power state that is none': { image, power: 'Maybe' },
};

for (const [what, spec] of Object.entries(refused)) {
  test(`vmSpecSchema: ${what} is refused`, () =>
    assert.equal(v.safeParse(vmSpecSchema, spec).success, false));
}

test('vmSpecSchema: one port of the host may be taken by TCP and UDP, and on two addresses', () => {
  const ports = [port, { ...port, protocol: 'udp' }, { ...port, bindAddress: '127.0.0.1' }];
  assert.equal(v.parse(vmSpecSchema, { image, network: { ports } }).network.ports.length, 3);
});

test('vmSpecSchema: a MAC is written in lower case, and a network may be named in full', () => {
  const network = {
    name: 'lan',
    mac: '02:AB:00:00:00:07',
    address: '10.1.0.7',
    address6: 'fd00::7',
    interfaces: [{ name: 'eth1', network: 'dmz', mode: 'tc-redirect' }],
    dns: { servers: ['1.1.1.1', '2606:4700::1111'], search: ['svc.example'], options: ['ndots:2', 'rotate'] },
    hosts: [
      { name: 'db', address: '10.1.0.9' },
      { name: 'host.docker.internal', address: 'host-gateway' },
    ],
  };
  assert.deepEqual(v.parse(vmSpecSchema, { image, network }).network, {
    ...network,
    mac: '02:ab:00:00:00:07',
    ports: [],
  });
});
