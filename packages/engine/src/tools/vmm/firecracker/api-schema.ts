import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * A bucket of `size` tokens, which is refilled within `refill_time` milliseconds after a first burst that is
 * free.
 */
const tokenBucket = v.strictObject({ size: count, refill_time: count, one_time_burst: v.optional(count) });
const rateLimiter = v.strictObject({ bandwidth: v.optional(tokenBucket), ops: v.optional(tokenBucket) });
const linkLocal = v.pipe(v.string(), v.regex(/^169\.254\.\d{1,3}\.\d{1,3}$/));

/**
 * The schemas of the bodies of requests, by method and path. `*` stands for an ID, which the body repeats.
 * The source is swagger/firecracker.yaml of Firecracker 1.17.
 */
export const bodySchemas = {
  'PUT /logger': v.strictObject({
    log_path: v.optional(text),
    level: v.optional(v.picklist(['Error', 'Warning', 'Info', 'Debug', 'Trace', 'Off'])),
    show_level: v.optional(v.boolean()),
    show_log_origin: v.optional(v.boolean()),
    module: v.optional(text),
  }),
  'PUT /metrics': v.strictObject({ metrics_path: text }),
  'PUT /machine-config': v.strictObject({
    vcpu_count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)),
    mem_size_mib: v.pipe(v.number(), v.integer(), v.minValue(1)),
    smt: v.optional(v.boolean()),
    track_dirty_pages: v.optional(v.boolean()),
    huge_pages: v.optional(v.picklist(['None', 'Transparent', '2M'])),
  }),
  'PUT /boot-source': v.strictObject({
    kernel_image_path: text,
    initrd_path: v.optional(text),
    boot_args: v.optional(text),
  }),
  'PUT /drives/*': v.strictObject({
    drive_id: text,
    is_root_device: v.boolean(),
    path_on_host: text,
    is_read_only: v.boolean(),
    partuuid: v.optional(text),
    cache_type: v.optional(v.picklist(['Unsafe', 'Writeback'])),
    io_engine: v.optional(v.picklist(['Sync', 'Async'])),
    rate_limiter: v.optional(rateLimiter),
  }),
  'PUT /network-interfaces/*': v.strictObject({
    iface_id: text,
    host_dev_name: text,
    guest_mac: v.optional(v.pipe(v.string(), v.mac48())),
    mtu: v.optional(v.pipe(v.number(), v.integer(), v.minValue(68), v.maxValue(65_535))),
    rx_rate_limiter: v.optional(rateLimiter),
    tx_rate_limiter: v.optional(rateLimiter),
  }),
  'PUT /vsock': v.strictObject({ guest_cid: v.pipe(v.number(), v.integer(), v.minValue(3)), uds_path: text }),
  'PUT /entropy': v.strictObject({ rate_limiter: v.optional(rateLimiter) }),
  'PUT /balloon': v.strictObject({
    amount_mib: count,
    deflate_on_oom: v.boolean(),
    stats_polling_interval_s: v.optional(count),
  }),
  'PATCH /balloon': v.strictObject({ amount_mib: count }),
  'PUT /mmds/config': v.strictObject({
    network_interfaces: v.pipe(v.array(text), v.minLength(1)),
    version: v.optional(v.picklist(['V1', 'V2'])),
    ipv4_address: v.optional(linkLocal),
    imds_compat: v.optional(v.boolean()),
  }),
  'PUT /mmds': v.record(v.string(), v.unknown()),
  'PUT /actions': v.strictObject({
    action_type: v.picklist(['FlushMetrics', 'InstanceStart', 'SendCtrlAltDel']),
  }),
  'PATCH /vm': v.strictObject({ state: v.picklist(['Paused', 'Resumed']) }),
  'PUT /snapshot/create': v.strictObject({
    snapshot_path: text,
    mem_file_path: text,
    snapshot_type: v.optional(v.picklist(['Full', 'Diff'])),
  }),
  'PUT /snapshot/load': v.strictObject({
    snapshot_path: text,
    mem_backend: v.strictObject({ backend_type: v.picklist(['File', 'Uffd']), backend_path: text }),
    track_dirty_pages: v.optional(v.boolean()),
    resume_vm: v.optional(v.boolean()),
    network_overrides: v.optional(v.array(v.strictObject({ iface_id: text, host_dev_name: text }))),
  }),
} as const;

type Endpoint = keyof typeof bodySchemas;

/** A request whose body is accepted by the schema of its endpoint. */
export type FirecrackerRequest = {
  [E in Endpoint]: E extends `${infer Method} ${infer Path}`
    ? {
        readonly method: Method;
        readonly path: Path extends `${infer Before}*` ? `${Before}${string}` : Path;
        readonly body: v.InferInput<(typeof bodySchemas)[E]>;
      }
    : never;
}[Endpoint];

/** Returns the endpoint of a request, or undefined if Firecracker has no such endpoint. */
export function endpointOf(method: string, path: string): Endpoint | undefined {
  const found = [`${method} ${path}`, `${method} ${path.replace(/[^/]+$/, '*')}`].find((name) =>
    Object.hasOwn(bodySchemas, name),
  );
  return found as Endpoint | undefined;
}
