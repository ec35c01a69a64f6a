import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { vmConditions } from '../client/vm-condition.ts';
import { archSchema } from '../v1/arch.ts';
import { vmSpecSchema } from '../v1/vm.ts';
import { sandboxRuntimes } from '../v1/vm-sandbox.ts';

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
  runtime,
});
export const redefineVm = v.strictObject({ labels: record, annotations: record, spec: vmSpecSchema });
export const startVm = v.strictObject({
  ...startFields,
  runtime,
  networkPlugin: optional(text),
  attaches: optional(flag),
});
export const stopVm = v.strictObject(stopFields);
export const restartVm = v.strictObject({ ...startFields, ...stopFields });
export const removal = v.strictObject({ force: flag });
export const logs = v.strictObject({
  follow: flag,
  tail: optional(whole),
  sinceMs: optional(v.number()),
  untilMs: optional(v.number()),
  timestamps: optional(flag),
  allStarts: optional(flag),
});
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
});
export const copy = v.strictObject({ vmPath: text, follow: flag, timeoutMs: whole });
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
  }),
});
export const importVm = v.strictObject({ name: optional(text), allow: optional(texts) });
export const importImage = v.strictObject({
  runtime,
  arch: optional(archSchema),
  maxSize: optional(size),
});
export const loadImages = v.strictObject({ maxSize: optional(size) });
export const pushImage = v.strictObject({ destination: optional(text) });
export const buildKernel = v.strictObject({ arch: optional(archSchema) });
export const createVolume = v.strictObject({
  namespace: optional(text),
  name: text,
  labels: optional(record),
  annotations: optional(record),
  spec: v.unknown(),
});
export const usage = v.strictObject({ vms: texts, all: flag });
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
