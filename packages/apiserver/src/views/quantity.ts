const units = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** Pure. Writes a number of bytes exactly, as Kubernetes writes a size: `512Mi`. */
export function sizeQuantity(bytes: number): string {
  const unit = units.find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

/** Pure. Writes a number of CPUs, in thousandths where it is no whole one: `250m`. */
export const cpuQuantity = (cpus: number): string =>
  Number.isInteger(cpus) ? String(cpus) : `${Math.round(cpus * 1_000)}m`;
