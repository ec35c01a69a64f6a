/**
 * Has the allocator of ignited give back what is not in use (mallopt(3)): its threads share two pools, and
 * buffers of 8 KiB or more, which are all in which V8 compiles, are pages of their own. Each thread would keep a pool,
 * as large as it ever was. The programs that ignited runs have the defaults.
 */
export const allocatorEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '8192',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
