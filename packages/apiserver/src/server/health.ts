import type { ContentReply } from '../response/reply.ts';

/** One thing that must be well for the server to be. */
export interface HealthCheck {
  readonly name: string;
  /** Rejects if it is not well. */
  readonly check: (signal: AbortSignal) => Promise<void>;
}

/** Where it is asked whether the server lives, and whether it can be used. */
export const healthPaths = ['/livez', '/readyz', '/healthz'] as const;
export type HealthPath = (typeof healthPaths)[number];

/** Answers a request for the health of the server in Kubernetes' words. */
export async function healthReply(
  path: HealthPath,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
  signal: AbortSignal,
): Promise<ContentReply> {
  const name = path.slice(1);
  const results = await Promise.all(
    checks.map(async (each) => ({ name: each.name, isWell: await isWell(each, signal) })),
  );
  const lines = results.map((each) =>
    each.isWell ? `[+]${each.name} ok` : `[-]${each.name} failed: reason withheld`,
  );
  const isGood = results.every((each) => each.isWell);
  const told = `${[...lines, `${name} check ${isGood ? 'passed' : 'failed'}`].join('\n')}\n`;
  const content = isGood && !query.has('verbose') ? 'ok' : told;
  return { type: 'content', code: isGood ? 200 : 503, content, mediaType: 'text/plain; charset=utf-8' };
}

async function isWell({ check }: HealthCheck, signal: AbortSignal): Promise<boolean> {
  return await check(signal).then(
    () => true,
    () => false,
  );
}
