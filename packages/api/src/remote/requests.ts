import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import type { ImportVmRequest } from '../client/archive-client.ts';
import type { CommitRequest, ImageConfigChanges } from '../client/change-client.ts';
import type { CopyRequest } from '../client/file-client.ts';
import type { ImportImageRequest } from '../client/image-client.ts';
import type { CreatePoolRequest, TakeRequest } from '../client/pool-client.ts';
import type {
  BringSnapshotRequest,
  CopyVmRequest,
  CreateSnapshotRequest,
  ExportSnapshotRequest,
  WarmRequest,
} from '../client/snapshot-client.ts';
import type { UsageRequest } from '../client/usage-client.ts';
import type {
  CreateVmRequest,
  LogsRequest,
  RestartVmRequest,
  StartVmRequest,
  StopVmRequest,
  WishedDefinition,
} from '../client/vm-client.ts';
import { vmConditions } from '../client/vm-condition.ts';
import type { ExecRequest } from '../client/vm-streams.ts';
import type { CreateVolumeRequest, VolumeDefinition } from '../client/volume-client.ts';
import { warmth } from '../client/warmth.ts';
import { archSchema } from '../v1/arch.ts';
import type { Wish } from '../v1/life-wish.ts';
import { vmSpecSchema } from '../v1/vm.ts';
import { sandboxRuntimes } from '../v1/vm-sandbox.ts';
import { volumeSpecSchema } from '../v1/volume.ts';
import { replicasSchema } from '../v1/warm-pool.ts';

/**
 * What the calls of a client hold. Fields that name files of the caller's host are missing on purpose: they would
 * name files of the server.
 */
export const text = v.string();
const texts = v.array(text);
const flag = v.boolean();
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const record = v.record(text, text);
const size = v.pipe(whole, v.transform(bytes));
const optional = v.exactOptional;
const runtime = optional(v.picklist(sandboxRuntimes));

/** Schemas for all fields of a request, so that none is forgotten that may be missing. */
type Fields<Request> = { readonly [Name in keyof Request]-?: v.GenericSchema<unknown, Request[Name]> };

const startFields = {
  sshTimeoutMs: optional(whole),
  ignorePreflightChecks: optional(texts),
  keepFailed: optional(flag),
};
const stopFields = { force: flag, timeoutMs: optional(whole) };

export const createVm = v.strictObject({
  namespace: optional(text),
  name: optional(text),
  labels: optional(record),
  annotations: optional(record),
  spec: v.unknown(),
  // Only these of the options of the start that follows are of use to it.
  preflight: optional(v.object({ ignorePreflightChecks: optional(texts) })),
  warm: optional(v.picklist(warmth)),
  runtime,
} satisfies Fields<Omit<CreateVmRequest, 'registryConfigDir'>>);
export const redefineVm = v.strictObject({
  labels: record,
  annotations: record,
  spec: vmSpecSchema,
  wish: optional(
    v.strictObject({ power: vmSpecSchema.entries.power, anew: optional(flag) } satisfies Fields<Wish>),
  ),
} satisfies Fields<WishedDefinition>);
export const startVm = v.strictObject({
  ...startFields,
  runtime,
  networkPlugin: optional(text),
  cold: optional(flag),
  attaches: optional(flag),
} satisfies Fields<StartVmRequest>);
export const stopVm = v.strictObject(stopFields satisfies Fields<StopVmRequest>);
export const restartVm = v.strictObject({ ...startFields, ...stopFields } satisfies Fields<RestartVmRequest>);
export const removal = v.strictObject({ force: flag });
export const createSnapshot = v.strictObject({
  name: optional(text),
  labels: optional(record),
  diskOnly: optional(flag),
} satisfies Fields<CreateSnapshotRequest>);
export const warmRequest = v.strictObject({
  namespace: optional(text),
  spec: v.unknown(),
  bootedVm: optional(text),
} satisfies Fields<WarmRequest>);
export const exportSnapshot = v.strictObject({
  wholeDisk: optional(flag),
} satisfies Fields<ExportSnapshotRequest>);
export const bringSnapshot = v.strictObject({
  namespace: optional(text),
  name: optional(text),
  diskOnly: optional(flag),
  allow: optional(v.pipe(texts, v.readonly())),
} satisfies Fields<BringSnapshotRequest>);
export const replicas = replicasSchema;
export const createPool = v.strictObject({
  namespace: optional(text),
  name: text,
  replicas: replicasSchema,
  labels: optional(record),
  spec: v.unknown(),
} satisfies Fields<CreatePoolRequest>);
export const takeVm = v.strictObject({
  name: optional(text),
  labels: optional(record),
} satisfies Fields<TakeRequest>);
export const copyVm = v.strictObject({
  names: texts,
  holds: v.picklist(['Disk', 'Machine']),
  sshTimeoutMs: optional(whole),
} satisfies Fields<CopyVmRequest>);
export const logs = v.strictObject({
  follow: flag,
  tail: optional(whole),
  sinceMs: optional(v.number()),
  untilMs: optional(v.number()),
  timestamps: optional(flag),
  allStarts: optional(flag),
} satisfies Fields<LogsRequest>);
export const attach = v.strictObject({ since: v.picklist(['start', 'now']) });
/** The rows or columns of a terminal, as Linux counts them (`struct winsize`). */
const cells = v.pipe(whole, v.maxValue(65_535));
export const exec = v.strictObject({
  line: optional(text),
  streams: v.strictObject({
    kind: v.literal('piped'),
    terminal: optional(v.strictObject({ rows: cells, columns: cells })),
  }),
  timeoutMs: whole,
} satisfies Fields<Omit<ExecRequest, 'identity'>>);
export const copy = v.strictObject({ vmPath: text, follow: flag, timeoutMs: whole } satisfies Fields<
  Omit<CopyRequest, 'vm' | 'identity'>
>);
export const commit = v.strictObject({
  reference: text,
  author: optional(text),
  message: optional(text),
  config: v.strictObject({
    entrypoint: optional(texts),
    cmd: optional(texts),
    env: optional(texts),
    labels: optional(texts),
    exposedPorts: optional(texts),
    user: optional(text),
    workingDir: optional(text),
    stopSignal: optional(text),
  } satisfies Fields<ImageConfigChanges>),
} satisfies Fields<CommitRequest>);
export const importVm = v.strictObject({
  namespace: optional(text),
  name: optional(text),
  allow: optional(v.pipe(texts, v.readonly())),
} satisfies Fields<ImportVmRequest>);
export const importImage = v.strictObject({
  runtime,
  arch: optional(archSchema),
  maxSize: optional(size),
} satisfies Fields<Omit<ImportImageRequest, 'registryConfigDir'>>);
export const loadImages = v.strictObject({ maxSize: optional(size) });
export const pushImage = v.strictObject({ destination: optional(text) });
export const buildKernel = v.strictObject({ arch: optional(archSchema) });
export const createVolume = v.strictObject({
  namespace: optional(text),
  name: text,
  labels: optional(record),
  annotations: optional(record),
  spec: v.unknown(),
} satisfies Fields<CreateVolumeRequest>);
export const redefineVolume = v.strictObject({
  labels: optional(record),
  annotations: optional(record),
  spec: volumeSpecSchema,
} satisfies Fields<VolumeDefinition>);
export const usage = v.strictObject({
  vms: texts,
  namespace: optional(text),
  all: flag,
} satisfies Fields<UsageRequest>);
export const waiting = v.strictObject({
  conditions: v.array(v.picklist(vmConditions)),
  timeoutMs: optional(whole),
});
export const archiveFormat = v.picklist(['oci', 'docker']);
export const spaceItems = v.array(
  v.strictObject({
    kind: v.picklist(['image', 'kernel', 'vm', 'volume', 'log', 'layers', 'kept-disk', 'leftover']),
    name: text,
    uid: optional(text),
    path: text,
    size,
    isUsed: flag,
    reclaimable: size,
  }),
);
export { texts };
