/**
 * Has the allocator of ignited give back what is not in use (mallopt(3)): its threads share two pools, and
 * buffers of 32 KiB or more, such as those in which V8 compiles, are pages of their own. Each thread would keep a pool,
 * as large as it ever was. The programs that ignited runs have the defaults.
 */
export const allocatorEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
