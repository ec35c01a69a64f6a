/** In bytes, as the guest sees it. */
export interface TapTraffic {
  readonly received: number;
  readonly sent: number;
}

/**
 * Pure. Of all taps in a network namespace, out of its net/dev, see proc_pid_net(5): what a tap receives there the guest
 * has sent. Undefined where there is no tap.
 */
export function parseTapTraffic(netDev: string): TapTraffic | undefined {
  const taps = [...netDev.matchAll(/^\s*tap\d+:\s*(\d+)(?:\s+\d+){7}\s+(\d+)/gm)];
  if (taps.length === 0) return undefined;
  const sum = (at: 1 | 2): number => taps.reduce((total, tap) => total + Number(tap[at]), 0);
  return { received: sum(2), sent: sum(1) };
}
