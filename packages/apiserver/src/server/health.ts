import type { ContentReply } from '../response/reply.ts';

/** One thing that must be well for the server to be. */
export interface HealthCheck {
  readonly name: string;
  /**
   * Whether the server is alive without it, and only not ready. It gets well by waiting, and starting the server
   * anew would not help.
   */
  readonly isOfReadiness?: boolean;
  /** Rejects if it is not well. */
  readonly check: (signal: AbortSignal) => Promise<void>;
}

/** Where it is asked whether the server lives, and whether it can be used. */
export const healthPaths = ['/livez', '/readyz', '/healthz'] as const;
export type HealthPath = (typeof healthPaths)[number];

/** A question about the health of the server, all of it or one check. */
export interface HealthQuestion {
  readonly path: HealthPath;
  readonly name?: string;
}

/** The time that one check may take, in milliseconds. */
const checkMs = 5_000;

/** Pure. Returns what a path asks about the health, such as `/readyz` and `/readyz/store`. */
export function healthQuestion(path: string): HealthQuestion | undefined {
  const [, root, name] = /^(\/[^/]*)(?:\/([^/]+))?$/.exec(path) ?? [];
  const known = healthPaths.find((each) => each === root);
  return known && { path: known, ...(name !== undefined && { name }) };
}

/**
 * Answers a question about health in Kubernetes' words.
 * @returns undefined if there is no such check
 */
export async function healthReply(
  { path, name }: HealthQuestion,
  query: URLSearchParams,
  all: readonly HealthCheck[],
  signal: AbortSignal,
): Promise<ContentReply | undefined> {
  const checks = [ping, ...all].filter((each) => path !== '/livez' || !each.isOfReadiness);
  if (name === undefined) return await allReply(path, query, checks, signal);
  const check = checks.find((each) => each.name === name);
  if (!check) return undefined;
  const isGood = await isWell(check, signal);
  return text(isGood, isGood ? 'ok' : 'internal server error: reason withheld\n');
}

/** That it answers is a check too. */
const ping: HealthCheck = { name: 'ping', check: async () => {} };

async function allReply(
  path: HealthPath,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
  signal: AbortSignal,
): Promise<ContentReply> {
  const excluded = new Set(query.getAll('exclude'));
  const results = await Promise.all(
    checks.map(async (check) => {
      const isExcluded = excluded.delete(check.name);
      const isGood = isExcluded || (await isWell(check, signal));
      const said = isExcluded ? 'excluded: ok' : isGood ? 'ok' : 'failed: reason withheld';
      return { isGood, line: `[${isGood ? '+' : '-'}]${check.name} ${said}` };
    }),
  );
  const isGood = results.every((each) => each.isGood);
  if (isGood && !query.has('verbose')) return text(isGood, 'ok');
  const unknown = [...excluded].map((name) => JSON.stringify(name)).join(', ');
  const lines = [
    ...results.map(({ line }) => line),
    ...(unknown ? [`warn: some health checks cannot be excluded: no matches for ${unknown}`] : []),
    `${path.slice(1)} check ${isGood ? 'passed' : 'failed'}`,
  ];
  return text(isGood, `${lines.join('\n')}\n`);
}

const text = (isGood: boolean, content: string): ContentReply => ({
  type: 'content',
  code: isGood ? 200 : 500,
  content,
  mediaType: 'text/plain; charset=utf-8',
});

async function isWell({ check }: HealthCheck, signal: AbortSignal): Promise<boolean> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(checkMs)]);
  return await check(until).then(
    () => true,
    () => false,
  );
}
