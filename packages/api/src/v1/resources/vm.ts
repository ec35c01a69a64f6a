import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import { fullName } from '../shown-name.ts';
import type { Vm } from '../vm.ts';
import { addressesOf, kernelText, portsText, statusText } from './vm-text.ts';

export const vmResource = {
  group,
  kind: 'VM',
  plural: 'vms',
  categories: ['all'],
  scope: 'Namespaced',
  noun: 'VM',
  subresources: ['status'],
  columns: [
    { title: 'VM ID', cell: (vm) => vm.metadata.uid, leaves: 8 },
    { title: 'IMAGE', cell: (vm) => vm.spec.image.oci, flexible: true, leaves: 7 },
    { title: 'KERNEL', cell: kernelText, flexible: true, leaves: 1 },
    { title: 'SIZE', cell: (vm) => humanBytes(vm.spec.diskSize), leaves: 2 },
    { title: 'CPUS', cell: (vm) => String(vm.spec.cpus), leaves: 3 },
    { title: 'MEMORY', cell: (vm) => humanBytes(vm.spec.memory), leaves: 4 },
    { title: 'CREATED', cell: (vm, nowMs) => `${age(vm.metadata.creationTimestamp, nowMs)} ago`, leaves: 5 },
    { title: 'STATUS', cell: statusText },
    { title: 'IPS', cell: (vm) => addressesOf(vm).join(', '), flexible: true, leaves: 9 },
    { title: 'PORTS', cell: portsText, flexible: true, leaves: 6 },
    { title: 'NAME', cell: (vm) => fullName(vm), flexible: true },
    { title: 'IMAGE DIGEST', cell: (vm) => vm.status.image?.digest ?? '', wide: true },
    { title: 'ARCH', cell: (vm) => vm.status.arch ?? '', wide: true },
    { title: 'MAC', cell: (vm) => vm.status.network?.mac ?? '', wide: true },
    { title: 'HOST', cell: ({ spec }) => spec.hostName ?? '', wide: true },
  ],
  readiness: ({ spec, status }) => (status.phase === spec.power ? 'True' : 'False'),
  summary: ({ status }) => status.phase,
  commands: { list: 'ignite ps -a', remove: (name) => `ignite rm ${name}` },
  applyOrder: 3,
} satisfies Resource<Vm>;
