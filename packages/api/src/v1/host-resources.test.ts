import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostResource, hostResources } from './host-resources.ts';
import { sampleVm } from './vm.sample.ts';

const found = (spec: object): readonly HostResource[] => hostResources(sampleVm({ spec }).spec);

test('hostResources: a VM as it comes by default names nothing of the host', () =>
  assert.deepEqual(
    found({ ssh: { generateKey: true }, cloudInit: { userData: 'x' }, env: { A: '/etc' } }),
    [],
  ));

test('hostResources: a Secret with user data', () =>
  assert.deepEqual(found({ cloudInit: { userDataSecretRef: { name: 'boot', key: 'value' } } }), [
    { kind: 'secret', name: 'boot', field: 'spec.cloudInit.userDataSecretRef' },
  ]));

test('hostResources: all kinds of volumes, with what may be done to them', () => {
  const volumes = [
    { name: 'a', blockDevice: { path: '/dev/sdb' } },
    { name: 'b', file: { path: '/srv/b.img' }, readOnly: true },
    { name: 'c', hostPath: { path: '/srv/c' } },
    { name: 'd', volume: { name: 'db' } },
    { name: 'e', hostPath: { path: '/srv/e' } },
  ];
  const volumeMounts = [
    { name: 'c', mountPath: '/c', readOnly: true },
    { name: 'e', mountPath: '/e' },
    { name: 'e', mountPath: '/e2', readOnly: true },
  ];
  const at = 'spec.storage.volumes';
  assert.deepEqual(found({ storage: { volumes, volumeMounts } }), [
    { kind: 'device', path: '/dev/sdb', access: 'write', field: `${at}.a.blockDevice` },
    { kind: 'file', path: '/srv/b.img', access: 'read', field: `${at}.b.file` },
    { kind: 'folder', path: '/srv/c', access: 'read', field: `${at}.c.hostPath` },
    { kind: 'volume', name: 'db', access: 'write', field: `${at}.d.volume` },
    { kind: 'folder', path: '/srv/e', access: 'write', field: `${at}.e.hostPath` },
  ]);
});

test('hostResources: files that are read, ports, networks, addresses, services and restarts', () => {
  const port = { hostPort: 80, vmPort: 8080, protocol: 'tcp' as const };
  const network = {
    name: 'lan',
    mac: '02:00:00:00:00:07',
    address: '10.1.0.7',
    ports: [port],
    interfaces: [{ name: 'eth1', network: 'dmz', address6: 'fd00::7' }],
  };
  const spec = {
    image: { oci: 'oci-archive:/srv/image.tar:name' },
    kernel: { oci: 'docker-daemon:kernel:6' },
    ssh: { authorizedKeysFile: '/root/key.pub' },
    network,
    copyFiles: [{ hostPath: '/etc/shadow', vmPath: '/x' }],
    sandbox: { runtime: 'docker' },
    restartPolicy: 'on-failure:3',
  };
  assert.deepEqual(found(spec), [
    { kind: 'file', path: '/srv/image.tar', access: 'read', field: 'spec.image.oci' },
    { kind: 'service', name: 'docker', field: 'spec.kernel.oci' },
    { kind: 'file', path: '/root/key.pub', access: 'read', field: 'spec.ssh.authorizedKeysFile' },
    { kind: 'port', port, field: 'spec.network.ports' },
    { kind: 'network', name: 'lan', field: 'spec.network.name' },
    { kind: 'address', address: '02:00:00:00:00:07', field: 'spec.network.mac' },
    { kind: 'address', address: '10.1.0.7', field: 'spec.network.address' },
    { kind: 'network', name: 'dmz', field: 'spec.network.interfaces.eth1.network' },
    { kind: 'address', address: 'fd00::7', field: 'spec.network.interfaces.eth1.address6' },
    { kind: 'file', path: '/etc/shadow', access: 'read', field: 'spec.copyFiles' },
    { kind: 'service', name: 'docker', field: 'spec.sandbox.runtime' },
    { kind: 'restart', policy: 'on-failure:3', field: 'spec.restartPolicy' },
  ]);
});

test('hostResources: a router is a network of the host', () =>
  assert.deepEqual(found({ network: { router: 'test' } }), [
    { kind: 'network', name: 'test', field: 'spec.network.router' },
  ]));

test('hostResources: what a policy opens of the network, once for each peer', () => {
  const policy = {
    ingress: [
      { ports: [{ port: 22 }] },
      { from: [{ cidr: '10.0.0.0/8' }, { vms: { app: 'web' } }, { vms: {} }] },
    ],
    egress: [{ to: [{ cidr: '0.0.0.0/0' }] }],
    sources: ['10.9.0.0/16'],
  };
  const at = 'spec.network.policy';
  assert.deepEqual(found({ network: { policy } }), [
    { kind: 'ingress', from: 'any', field: `${at}.ingress` },
    { kind: 'ingress', from: '10.0.0.0/8', field: `${at}.ingress` },
    { kind: 'ingress', from: 'vms', field: `${at}.ingress` },
    { kind: 'source', range: '10.9.0.0/16', field: `${at}.sources` },
  ]);
});
