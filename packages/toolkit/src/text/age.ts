const units = { y: 365 * 86_400, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
type Unit = keyof typeof units;

/** How long ago, as Kubernetes' HumanDuration has it: `45s`, `3m12s`, `63m`, `8h`, `3d8h`, `22y`. */
export function age(since: string | undefined, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(since ?? '')) / 1_000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  if (seconds < 600) return pair(seconds, 'm', 's');
  if (seconds < 3 * 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 8 * 3_600) return pair(seconds, 'h', 'm');
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)}h`;
  if (seconds < 8 * 86_400) return pair(seconds, 'd', 'h');
  if (seconds < 2 * 365 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  if (seconds < 8 * 365 * 86_400) return pair(seconds, 'y', 'd');
  return `${Math.floor(seconds / (365 * 86_400))}y`;
}

function pair(seconds: number, large: Unit, small: Unit): string {
  const rest = Math.floor((seconds % units[large]) / units[small]);
  return `${Math.floor(seconds / units[large])}${large}${rest === 0 ? '' : `${rest}${small}`}`;
}
