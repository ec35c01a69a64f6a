const form = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const stages = ['alpha', 'beta', undefined];

/**
 * Pure. Compares versions as Kubernetes orders them: stable ones first, then beta, then alpha, the highest number
 * first, and what is no such version last, in the order of the alphabet.
 */
export function inVersionOrder(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a.localeCompare(b, 'en');
  const differing = left.findIndex((each, at) => each !== right[at]);
  return differing === -1 ? 0 : right[differing]! - left[differing]!;
}

function rankOf(version: string): readonly number[] | undefined {
  const found = form.exec(version);
  return found ? [stages.indexOf(found[2]), Number(found[1]), Number(found[3] ?? 0)] : undefined;
}
