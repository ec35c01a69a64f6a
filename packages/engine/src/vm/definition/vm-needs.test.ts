import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { vmNeeds } from './vm-needs.ts';

const vmWith = (spec: object) => ({
  spec: v.parse(vmSpecSchema, { image: { oci: 'debian' }, ...spec }),
  arch: 'amd64' as const,
});

test('vmNeeds: tools, devices and ports of a VM', () => {
  const network = { ports: [{ hostPort: 80, vmPort: 8080 }] };
  const { programs, files, ports } = vmNeeds(vmWith({ network }), qemu, { CNI_PATH: '/my/cni' });
  for (const wanted of [['conmon'], ['runc', 'crun'], ['ip'], [qemu.program('amd64')]])
    assert.ok(
      programs.some((each) => each.join() === wanted.join()),
      wanted.join(),
    );
  assert.deepEqual(files, [
    ['/dev/net/tun'],
    ['/opt/cni/bin/bridge', '/usr/lib/cni/bridge', '/my/cni/bridge'],
  ]);
  assert.deepEqual(ports, [{ hostPort: 80, vmPort: 8080, protocol: 'tcp' }]);
});

test('vmNeeds: the daemon that isolates the VMM in place of conmon', () => {
  const ofRuntime = (runtime: string) =>
    vmNeeds(vmWith({ sandbox: { runtime } }), qemu, { CONTAINERD_ADDRESS: '/c.sock' });
  assert.ok(ofRuntime('docker').files.some(([path]) => path === '/var/run/docker.sock'));
  assert.ok(ofRuntime('containerd').files.some(([path]) => path === '/c.sock'));
  for (const runtime of ['docker', 'containerd'])
    assert.ok(!ofRuntime(runtime).programs.some(([program]) => program === 'conmon'));
});

test('vmNeeds: a VMM that cannot emulate needs KVM', () => {
  const { files, programs } = vmNeeds(vmWith({}), firecracker, {});
  assert.ok(files.some(([path]) => path === '/dev/kvm'));
  assert.ok(programs.some(([program]) => program === firecracker.program('amd64')));
});
