import type { Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { group } from '../group.ts';
import { shownName } from '../shown-name.ts';
import type { Kernel } from '../kernel.ts';

export const kernelResource = {
  group,
  kind: 'Kernel',
  plural: 'kernels',
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    { title: 'KERNEL ID', cell: (kernel) => kernel.metadata.uid, leaves: 4 },
    { title: 'NAME', cell: shownName, flexible: true },
    { title: 'CREATED', cell: (kernel, nowMs) => age(kernel.metadata.creationTimestamp, nowMs), leaves: 1 },
    { title: 'SIZE', cell: (kernel) => humanBytes(kernel.status.size), leaves: 2 },
    { title: 'VERSION', cell: (kernel) => kernel.status.version, flexible: true, leaves: 3 },
    { title: 'ARCH', cell: (kernel) => kernel.status.arch, wide: true },
  ],
  commands: { list: 'ignite kernels', remove: (name) => `ignite kernel rm ${name}` },
} satisfies Resource<Kernel>;
