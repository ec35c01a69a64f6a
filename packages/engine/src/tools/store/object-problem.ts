import { recordResources, resources } from '@ignite/api/resources';
import { vmPhases } from '@ignite/api/v1/vm-phase';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ShapeCheck, shapeCheck } from '@ignite/toolkit/object/shape-check';

const named = [{ name: '' }];

/**
 * The fields on which all readers of an object rely. Every listing checks every object, so these checks are
 * faster than the schemas, which decide what may be written.
 */
const checks: Readonly<Record<string, ShapeCheck>> = {
  VM: shapeCheck({
    spec: {
      image: { oci: '' },
      kernel: {},
      cpus: 0,
      memory: 0,
      diskSize: 0,
      'network?': {
        'ports?': [{ hostPort: 0, vmPort: 0, protocol: '' }],
        'interfaces?': named,
        'hosts?': [{ name: '', address: '' }],
      },
      'storage?': { 'volumes?': named, 'volumeMounts?': named },
      'copyFiles?': [{ hostPath: '', vmPath: '' }],
      'command?': [''],
      'env?': {},
      power: '',
    },
    status: {
      'phase?': '',
      'image?': { digest: '', bootMode: '' },
      'kernel?': { id: '', version: '' },
      'network?': { ipAddresses: [''], mac: '', gateway: '' },
      'restarts?': { count: 0, pauseMs: 0 },
    },
  }),
  Image: shapeCheck({
    spec: { oci: '' },
    status: { digest: '', bootMode: '', config: {}, size: 0, baseDisk: { path: '', size: 0 } },
  }),
  Kernel: shapeCheck({ spec: {}, status: { id: '', version: '', size: 0 } }),
  Snapshot: shapeCheck({
    spec: { vmName: '' },
    status: {
      vmUid: '',
      vmSpec: {},
      arch: '',
      image: { digest: '', bootMode: '' },
      kernel: { id: '', version: '' },
      holds: '',
      size: 0,
    },
  }),
  Volume: shapeCheck({ spec: { size: 0 }, status: { path: '' } }),
  WarmPool: shapeCheck({
    spec: { replicas: 0, template: { spec: { image: { oci: '' } } } },
    'status?': { replicas: 0, readyReplicas: 0 },
  }),
  Event: shapeCheck({
    'type?': '',
    'reason?': '',
    'note?': '',
    'regarding?': { 'kind?': '', 'namespace?': '', 'name?': '' },
  }),
  Host: shapeCheck({
    status: {
      allocatable: { cpus: 0, memory: 0, diskSize: 0 },
      addresses: [{ type: '', address: '' }],
      versions: { ignite: '', kernel: '', arch: '' },
      conditions: [{ type: '', status: '' }],
    },
  }),
  Lease: shapeCheck({ spec: {} }),
  GitSource: shapeCheck({ spec: { url: '' } }),
  Sync: shapeCheck({ spec: {}, status: {} }),
};

/** The groups of these kinds. Definitions may give kinds of the same names to others. */
const groups: ReadonlyMap<string, string> = new Map(
  [...resources, ...recordResources].map(({ kind, group }) => [kind, group]),
);

/** Pure. Returns why a stored object cannot be used, or `undefined` if it can. */
export function objectProblem(object: KubeObject): string | undefined {
  if (groups.get(object.kind) !== groupOf(object.apiVersion)) return undefined;
  const problem = checks[object.kind]?.(object);
  if (problem !== undefined || object.kind !== 'VM') return problem;
  const { phase } = object.status as { readonly phase?: string };
  // A VM that somebody else has stored has no phase until it is reconciled.
  return phase === undefined || vmPhases.some((known) => known === phase)
    ? undefined
    : 'status.phase is not a known phase';
}
