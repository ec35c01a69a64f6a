import { labels } from '../contract/names.ts';
import type { MachineDrainRule } from '../kinds/machine-drain-rule.ts';
import { drainOfPod } from './drain-rules.ts';

/** What is known of a Pod on a node that is being drained. */
export interface DrainedPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isLeaving: boolean;
  readonly isFinished: boolean;
  /** The owner that controls the Pod, if there is one. */
  readonly owner: { readonly kind: string; readonly exists: boolean } | undefined;
}

/** What becomes of a Pod: it stays, it is evicted, or it is waited for. */
export type DrainVerdict = 'skip' | 'evict' | 'wait';

/** The rules by which a node is drained. */
export interface Draining {
  readonly isNodeReachable: boolean;
  /** The rules for the Machine of the node, in the order in which they are asked. */
  readonly rules: readonly MachineDrainRule[];
}

export interface DrainPlan {
  /** The Pods that are evicted now. */
  readonly evicted: readonly DrainedPod[];
  /** The Pods that are gone before the next are evicted. */
  readonly awaited: readonly DrainedPod[];
  /** The Pods that are evicted when all others are gone. */
  readonly later: readonly DrainedPod[];
}

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Pure. Plans the next step of a drain: the Pods of the lowest order are evicted, and the others wait for them. */
export function planDrain(pods: readonly DrainedPod[], draining: Draining): DrainPlan {
  const leaving = pods
    .map((pod) => ({
      pod,
      verdict: drainVerdict(pod, draining),
      order: drainOf(pod, draining.rules).order ?? 0,
    }))
    .filter(({ verdict }) => verdict !== 'skip');
  const lowest = Math.min(...leaving.map(({ order }) => order));
  const podsWhere = (holds: (each: (typeof leaving)[number]) => boolean): readonly DrainedPod[] =>
    leaving.filter(holds).map(({ pod }) => pod);
  return {
    evicted: podsWhere(({ verdict, order }) => verdict === 'evict' && order === lowest),
    awaited: podsWhere(({ verdict }) => verdict === 'wait'),
    later: podsWhere(({ verdict, order }) => verdict === 'evict' && order > lowest),
  };
}

/** Pure. Decides what becomes of a Pod when its node is drained. */
export function drainVerdict(pod: DrainedPod, { isNodeReachable, rules }: Draining): DrainVerdict {
  const { owner } = pod;
  if (Object.hasOwn(pod.annotations, mirrorAnnotation)) return 'skip';
  if (owner?.kind === 'DaemonSet' && owner.exists && !pod.isFinished) return 'skip';
  if (pod.isLeaving && !isNodeReachable) return 'skip';
  const { behavior } = drainOf(pod, rules);
  if (behavior === 'Skip') return 'skip';
  if (pod.isLeaving || behavior === 'WaitCompleted')
    return pod.isFinished && !pod.isLeaving ? 'skip' : 'wait';
  return 'evict';
}

/** Returns what is said of a Pod. What it says of itself in a label precedes all rules. */
function drainOf(pod: DrainedPod, rules: readonly MachineDrainRule[]): MachineDrainRule['spec']['drain'] {
  const wish = pod.labels[labels.drain]?.toLowerCase();
  if (wish === 'skip') return { behavior: 'Skip' };
  if (wish === 'wait-completed') return { behavior: 'WaitCompleted' };
  return drainOfPod(rules, pod);
}

/** Pure. Tells whether a time that begins at `since` is up; a limit of 0, or none, never is. */
export const isOver = (since: string | undefined, limitSeconds: number | undefined, nowMs: number): boolean =>
  since !== undefined &&
  limitSeconds !== undefined &&
  limitSeconds > 0 &&
  nowMs - Date.parse(since) >= limitSeconds * 1_000;
