import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';

const routesSchema = v.array(v.object({ dst: v.string() }));

/** The shortest prefix of a network. VPNs write shorter ones for everything, such as 0.0.0.0/1 and 128.0.0.0/1. */
const shortestPrefix = 8;

/** Lists the destinations of this host's IPv4 routes of all types in all tables, without those that stand for everything. */
export async function hostRoutes(runner: Runner, signal: AbortSignal): Promise<readonly string[]> {
  const args = ['-4', '-json', 'route', 'show', 'table', 'all'];
  return parseHostRoutes((await runner.run({ tool: 'ip', args }, signal)).stdout);
}

/** Pure. Parses what ip(8) prints, which is nothing where there are no routes. */
export const parseHostRoutes = (stdout: string): readonly string[] =>
  v
    .parse(routesSchema, JSON.parse(stdout.trim() === '' ? '[]' : stdout))
    .map(({ dst }) => dst)
    .filter((dst) => dst !== 'default' && Number(dst.split('/')[1] ?? 32) >= shortestPrefix);
