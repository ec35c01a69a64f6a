import { labels } from '../contract/names.ts';

/** What is known of a Pod on a node that is being drained. */
export interface DrainedPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isLeaving: boolean;
  readonly isFinished: boolean;
  /** The owner that controls the Pod, if there is one. */
  readonly owner: { readonly kind: string; readonly exists: boolean } | undefined;
}

/** What becomes of a Pod: it stays, it is evicted, or it is waited for. */
export type DrainVerdict = 'skip' | 'evict' | 'wait';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Pure. Decides what becomes of a Pod when its node is drained. */
export function drainVerdict(pod: DrainedPod, isNodeReachable: boolean): DrainVerdict {
  const { owner } = pod;
  if (Object.hasOwn(pod.annotations, mirrorAnnotation)) return 'skip';
  if (owner?.kind === 'DaemonSet' && owner.exists && !pod.isFinished) return 'skip';
  if (pod.isLeaving && !isNodeReachable) return 'skip';
  const wish = pod.labels[labels.drain]?.toLowerCase();
  if (wish === 'skip') return 'skip';
  if (pod.isLeaving || wish === 'wait-completed') return pod.isFinished && !pod.isLeaving ? 'skip' : 'wait';
  return 'evict';
}

/** Pure. Tells whether a time that begins at `since` is up; a limit of 0, or none, never is. */
export const isOver = (since: string | undefined, limitSeconds: number | undefined, nowMs: number): boolean =>
  since !== undefined &&
  limitSeconds !== undefined &&
  limitSeconds > 0 &&
  nowMs - Date.parse(since) >= limitSeconds * 1_000;
