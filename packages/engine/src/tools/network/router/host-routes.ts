import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';

const routesSchema = v.array(v.object({ dst: v.string() }));

/** Lists the destinations of this host's IPv4 routes in all tables, without those that stand for everything. */
export async function hostRoutes(runner: Runner, signal: AbortSignal): Promise<readonly string[]> {
  const args = ['-4', '-json', 'route', 'show', 'table', 'all', 'type', 'unicast'];
  const { stdout } = await runner.run({ tool: 'ip', args }, signal);
  return v
    .parse(routesSchema, JSON.parse(stdout.trim() === '' ? '[]' : stdout))
    .map(({ dst }) => dst)
    .filter((dst) => dst !== 'default');
}
