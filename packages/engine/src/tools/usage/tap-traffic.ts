/** The traffic in bytes, as the guest sees it. */
export interface TapTraffic {
  readonly received: number;
  readonly sent: number;
}

/**
 * Pure. Returns the traffic of all taps in a network namespace, from its net/dev (proc_pid_net(5)). What a
 * tap receives there, the guest has sent. Returns `undefined` if there is no tap.
 */
export function parseTapTraffic(netDev: string): TapTraffic | undefined {
  const taps = [...netDev.matchAll(/^\s*tap\d+:\s*(\d+)(?:\s+\d+){7}\s+(\d+)/gm)];
  if (taps.length === 0) return undefined;
  const sum = (at: 1 | 2): number => taps.reduce((total, tap) => total + Number(tap[at]), 0);
  return { received: sum(2), sent: sum(1) };
}
