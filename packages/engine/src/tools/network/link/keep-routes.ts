import type { PodRoute } from '@ignite/api/host-pod/pod-route';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { netnsLinks } from './netns-links.ts';
import { netnsName } from './netns.ts';
import { type RefusedRoute, planRoutes } from './plan-routes.ts';

/** Gives the namespace of a pod the routes that it asks for, and no others beside those of its network. Resolves with those that it does not get. */
export async function keepRoutes(
  uid: string,
  wanted: readonly PodRoute[],
  runner: Runner,
  signal: AbortSignal,
): Promise<readonly RefusedRoute[]> {
  const plan = planRoutes(wanted, await netnsLinks(uid, runner, signal));
  if (plan.lines.length === 0) return plan.refused;
  const stdin = `${plan.lines.join('\n')}\n`;
  try {
    // What the kernel does not accept keeps nothing else from being done.
    await runner.run(
      { tool: 'ip', args: ['-netns', netnsName(uid), '-force', '-batch', '-'], stdin },
      signal,
    );
    return plan.refused;
  } catch (failure) {
    if (!(failure instanceof ToolFailedError)) throw failure;
    const { refused, missing } = planRoutes(wanted, await netnsLinks(uid, runner, signal));
    const why = failure.stderr.split('\n')[0] ?? '';
    return [...refused, ...missing.map((route) => ({ ...route, reason: why }))];
  }
}
