import type { SalvagedKind } from '@ignite/api/client/salvaged-kind';
import { apiVersion } from '@ignite/api/v1/group';
import type { HostStatus } from '@ignite/api/v1/host';
import { noImageConfig } from '@ignite/api/v1/image';
import { fullNames } from '@ignite/api/v1/shown-name';
import { poolFinalizer } from '@ignite/api/v1/pool-marks';
import { type Vm, vmSpecSchema } from '@ignite/api/v1/vm';
import { gitopsApiVersion, initialSyncStatus } from '@ignite/toolkit/sync/kinds';
import { type GroupKind, groupKindOf } from '@ignite/toolkit/object/group-kind';
import { newUid } from '@ignite/toolkit/object/uid';
import type { BrokenObject, MendableStore, NewObject, StoreReader } from '@ignite/toolkit/store/store';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { hostArch } from '../host/arch.ts';
import type { ThisHost } from '../host/this-host.ts';
import { snapshotFinalizer, volumeFinalizer } from './list-objects.ts';
import { assertOwn } from './own-vms.ts';
import { vmFinalizer } from './vm-objects.ts';

/** Tells whether a damaged record of a kind can be replaced. */
export const isSalvaged = (kind: string): kind is SalvagedKind => Object.hasOwn(versions, kind);

const finalizers: Partial<Readonly<Record<SalvagedKind, readonly string[]>>> = {
  VM: [vmFinalizer],
  Volume: [volumeFinalizer],
  Snapshot: [snapshotFinalizer],
  WarmPool: [poolFinalizer],
};

const groupKind = (kind: SalvagedKind): GroupKind => groupKindOf({ apiVersion: versions[kind], kind });
const versions: Readonly<Record<SalvagedKind, string>> = {
  VM: apiVersion,
  Image: apiVersion,
  Kernel: apiVersion,
  Volume: apiVersion,
  Snapshot: apiVersion,
  WarmPool: apiVersion,
  Host: apiVersion,
  GitSource: gitopsApiVersion,
  Sync: gitopsApiVersion,
  Namespace: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  Event: 'events.k8s.io/v1',
  Lease: 'coordination.k8s.io/v1',
};

const nothing = { cpus: 0, memory: bytes(0), diskSize: bytes(0) };
const unknownHost: HostStatus = {
  capacity: nothing,
  allocatable: nothing,
  addresses: [],
  versions: { ignite: '', kernel: '', arch: hostArch },
  conditions: [],
};

const message = 'its record was damaged, and most of it is lost';

/**
 * Replaces the damaged record with exactly this full name, reference or uid by an object with what can still be read of it:
 * just enough to remove it together with its files. Returns whether there was such a record.
 * @throws CodedError VM_ELSEWHERE if it is legible that the record is of another host, which has those files
 */
export async function mendRecord(
  kind: SalvagedKind,
  query: string,
  { store, self }: { readonly store: MendableStore; readonly self: ThisHost },
  replacement?: NewObject,
): Promise<boolean> {
  const { broken = [] } = await store.list(groupKind(kind));
  const found = broken.find((each) => isNamed(each, kind, query));
  if (!found) return false;
  const object = replacement ?? salvaged(found, kind);
  const hostName = hostNameIn(found.text);
  if (kind === 'VM' && hostName !== undefined) assertOwn(object as unknown as Vm, self);
  await store.mend(object);
  return true;
}

function isNamed({ key, text }: BrokenObject, kind: SalvagedKind, query: string): boolean {
  const names = fullNames({ kind, metadata: key, spec: { reference: referenceIn(text) } });
  return uidIn(text) === query || names.includes(query);
}

/** Lists what can still be read of the damaged records of a kind. */
export async function listSalvaged(kind: SalvagedKind, store: StoreReader): Promise<readonly NewObject[]> {
  const { broken = [] } = await store.list(groupKind(kind));
  return broken.map((each) => salvaged(each, kind));
}

/**
 * Pure. Reads a damaged record. Even if it is not valid JSON, the fields that this program wrote are in its
 * text.
 */
export function salvaged({ key: { name, namespace }, text }: BrokenObject, kind: SalvagedKind): NewObject {
  const metadata = { name, namespace, uid: uidIn(text) ?? newUid() };
  const as = (spec: object, status: object): NewObject => ({
    apiVersion: versions[kind],
    kind,
    metadata: { ...metadata, labels: {}, annotations: {}, finalizers: finalizers[kind] ?? [] },
    spec,
    status,
  });
  const size = bytes(Number(/"size":(\d{1,15})\b/.exec(text)?.[1] ?? 0));
  switch (kind) {
    case 'VM':
      return as(vmSpec(text), { phase: 'Failed', message, ...vmContent(text) });
    case 'Image': {
      const status = { platform: '', bootMode: 'init', config: noImageConfig, size: 0 };
      const baseDisk = { path: '', size: 0 };
      const reference = referenceIn(text) ?? name;
      return as({ reference, oci: reference }, { ...status, digest: digestIn(text) ?? '', baseDisk });
    }
    case 'Kernel':
      return as(
        { reference: referenceIn(text) ?? name },
        { id: /"id":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '', version: '', arch: hostArch, size: 0 },
      );
    case 'Volume':
      return as({ size }, { path: '', usedBy: [] });
    case 'Snapshot':
      return as(
        { vmName: 'unknown' },
        {
          vmUid: '',
          vmSpec: vmSpec(text),
          arch: hostArch,
          ...{ image: { digest: '', bootMode: 'init' }, kernel: { id: '', version: '' } },
          ...vmContent(text),
          holds: 'Disk',
          message,
          size: 0,
        },
      );
    case 'WarmPool':
      return as({ replicas: 0, template: { spec: vmSpec(text) } }, { replicas: 0, readyReplicas: 0 });
    case 'GitSource':
      return as({ url: '' }, {});
    case 'Sync':
      return as({}, initialSyncStatus);
    case 'Host':
      return as({}, unknownHost);
    case 'Namespace':
    case 'ConfigMap':
    case 'Secret':
    case 'Event':
    case 'Lease':
      return { apiVersion: versions[kind], kind, metadata };
  }
}

/** Returns the spec with the volumes that the text names, so that they are not taken for unused. */
function vmSpec(text: string): v.InferOutput<typeof vmSpecSchema> {
  const names = [...text.matchAll(/"volume":\{"name":"([^"\\]+)"/g)].map(([, name]) => name!);
  const volumes = [...new Set(names)].map((name) => ({ name, volume: { name } }));
  const hostName = hostNameIn(text);
  const parsed = v.safeParse(vmSpecSchema, {
    image: { oci: 'unknown' },
    power: 'Stopped',
    ...(hostName !== undefined && { hostName }),
    ...(volumes.length > 0 && { storage: { volumes } }),
  });
  return parsed.success
    ? parsed.output
    : v.parse(vmSpecSchema, { image: { oci: 'unknown' }, power: 'Stopped' });
}

function vmContent(text: string): object {
  const digest = digestIn(text);
  const id = /"kernel":\{"id":"([0-9a-f]{64})"/.exec(text)?.[1];
  return {
    ...(digest !== undefined && { image: { digest, bootMode: 'init' } }),
    ...(id !== undefined && { kernel: { id, version: '' } }),
  };
}

const uidIn = (text: string): string | undefined => /"uid":"([0-9a-f-]{16,36})"/.exec(text)?.[1];
const hostNameIn = (text: string): string | undefined => /"hostName":"([^"\\]+)"/.exec(text)?.[1];
const referenceIn = (text: string): string | undefined => /"reference":"([^"\\]+)"/.exec(text)?.[1];
const digestIn = (text: string): string | undefined => /"digest":"(sha256:[0-9a-f]{64})"/.exec(text)?.[1];
