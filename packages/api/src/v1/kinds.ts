import { clusterMetadataSchema } from '@ignite/toolkit/core/metadata';
import { type Kind, defineKind } from '@ignite/toolkit/scheme/kind';
import { newUid } from '@ignite/toolkit/object/uid';
import type { UpdateProblem } from '@ignite/toolkit/scheme/strategy';
import { configurationIsAFile, configurationSpecSchema } from './configuration.ts';
import { currentConfigurationSpec, currentVmSpec } from './current-vm.ts';
import { apiVersion, group } from './group.ts';
import { hostSpecSchema } from './host.ts';
import { imageSpecSchema } from './image.ts';
import { kernelSpecSchema } from './kernel.ts';
import { namedByReferenceSchema } from './named-by-reference.ts';
import { namelessMetadataSchema } from './nameless-metadata.ts';
import { hostResource } from './resources/host.ts';
import { imageResource } from './resources/image.ts';
import { kernelResource } from './resources/kernel.ts';
import { snapshotResource } from './resources/snapshot.ts';
import { vmResource } from './resources/vm.ts';
import { volumeResource } from './resources/volume.ts';
import { warmPoolResource } from './resources/warm-pool.ts';
import { snapshotSpecSchema } from './snapshot.ts';
import { type Vm, vmSpecSchema } from './vm.ts';
import { type Volume, volumeSpecSchema } from './volume.ts';
import { warmPoolSpecSchema } from './warm-pool.ts';

/** A VM that waits for a host may be bound to one, and then stays there. */
const problemsOfBinding = ({ spec: { hostName } }: Vm, { spec }: Vm): readonly UpdateProblem[] =>
  hostName === undefined || hostName === spec.hostName
    ? []
    : [{ path: '/spec/hostName', message: 'cannot be changed once it is set' }];

/** Ignite's kinds in the version that Ignite writes. */
export const kinds: readonly Kind[] = [
  defineKind({
    ...vmResource,
    versions: [{ apiVersion, kind: 'VM', spec: vmSpecSchema, currentSpec: currentVmSpec }],
    strategy: {
      names: 'DnsLabel',
      // Files, MACs and users of a VM are named after its uid.
      newUid,
      initialStatus: { phase: 'Created' },
      immutable: ['/spec/arch', '/spec/image'],
      problemsOfUpdate: (old, next) => problemsOfBinding(old as Vm, next as Vm),
    },
  }),
  defineKind({
    ...imageResource,
    versions: [{ apiVersion, kind: 'Image', spec: imageSpecSchema, metadata: namedByReferenceSchema }],
    strategy: {
      origin: '"ignite image import" and the VMs that name an image import it',
      immutable: ['/spec'],
    },
  }),
  defineKind({
    ...kernelResource,
    versions: [{ apiVersion, kind: 'Kernel', spec: kernelSpecSchema, metadata: namedByReferenceSchema }],
    strategy: {
      origin: '"ignite kernel import" and the VMs that name a kernel import it',
      immutable: ['/spec'],
    },
  }),
  defineKind({
    ...volumeResource,
    versions: [{ apiVersion, kind: 'Volume', spec: volumeSpecSchema }],
    strategy: {
      names: 'DnsLabel',
      // The file is made when the volume is first used.
      initialStatus: { path: '', usedBy: [] },
      problemsOfUpdate: (old, next) =>
        (next as Volume).spec.size < (old as Volume).spec.size
          ? [{ path: '/spec/size', message: 'must not be less than it is' }]
          : [],
    },
  }),
  defineKind({
    ...snapshotResource,
    versions: [{ apiVersion, kind: 'Snapshot', spec: snapshotSpecSchema }],
    strategy: { origin: '"ignite snapshot create" takes it', immutable: ['/spec'] },
  }),
  defineKind({
    ...warmPoolResource,
    versions: [{ apiVersion, kind: 'WarmPool', spec: warmPoolSpecSchema }],
    strategy: { names: 'DnsLabel', newUid, initialStatus: { replicas: 0, readyReplicas: 0 } },
  }),
  defineKind({
    ...hostResource,
    versions: [{ apiVersion, kind: 'Host', metadata: clusterMetadataSchema, spec: hostSpecSchema }],
    strategy: { origin: 'a host registers itself' },
  }),
  defineKind({
    group,
    kind: 'Configuration',
    plural: 'configurations',
    scope: 'Cluster',
    versions: [
      {
        apiVersion,
        kind: 'Configuration',
        spec: configurationSpecSchema,
        currentSpec: currentConfigurationSpec,
        metadata: namelessMetadataSchema,
        inert: configurationIsAFile,
      },
    ],
  }),
];
