import { type Cluster, isPaused } from '@ignite/cluster/kinds/cluster';
import type { Waiting } from '@ignite/cluster/operations/await-cluster';
import type { ClusterKey } from '@ignite/cluster/operations/cluster-view';
import { isRestoring } from '@ignite/cluster/operations/find-cluster';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { parseDuration } from '@ignite/toolkit/units/duration';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '@ignite/cluster/contract/kubernetes-version';
import type { FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type ClusterHost, withClusterControllers, withClusters } from '../../cluster-context.ts';
import { tellNote } from '../../render/message/note.ts';

const defaultTimeout = '30m';

/** Of commands that wait for a cluster. */
export const waitFlags: Flags = {
  wait: {
    type: 'boolean',
    default: 'true',
    help: 'wait until all is as asked for; --wait=false needs ignited',
  },
  timeout: {
    type: 'string',
    value: 'DURATION',
    default: defaultTimeout,
    help: 'time limit, such as 90s or 1h',
  },
};

export const kubernetesFlag = { type: 'string', value: 'VERSION', help: 'version of Kubernetes' } as const;

/** Pure. Returns the cluster that an argument names: `prod/dev`, or `dev` in the namespace `otherwise`. */
export function clusterKey(text: string, otherwise = 'default'): ClusterKey {
  const [name = '', namespace = otherwise, ...more] = text.split('/').toReversed();
  if (name === '' || namespace === '' || more.length > 0)
    throw usageError(
      `not a cluster: ${JSON.stringify(text)}`,
      'use its name, such as dev, or prod/dev in another namespace',
    );
  return { namespace, name };
}

/** @throws CodedError USAGE_INVALID */
export function countOf(flags: FlagValues, name: string): number | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text))
    throw usageError(`--${name} ${JSON.stringify(text)}: not a number`, 'use a whole number');
  return Number(text);
}

/** @throws CodedError USAGE_INVALID */
export function versionOf(flags: FlagValues): string | undefined {
  const text = flags.text('kubernetes');
  if (text === undefined) return undefined;
  const { success, output } = v.safeParse(kubernetesVersionSchema, text);
  if (!success)
    throw usageError(`--kubernetes ${JSON.stringify(text)}: not a version`, 'use a version such as v1.35.4');
  return output;
}

export const isWaiting = (flags: FlagValues): boolean => flags.switch('wait', true);

/** Does what a command asks for, and runs the controllers of clusters meanwhile if it waits and nobody else does. */
export const withWishedCluster = async <T>(
  invocation: Invocation,
  use: (host: ClusterHost) => Promise<T>,
): Promise<T> =>
  isWaiting(invocation.flags)
    ? await withClusterControllers(invocation, use)
    : await withClusters(invocation, use);

/** @throws CodedError DURATION_INVALID */
export const waitingOf = ({ objects: client, op }: ClusterHost, flags: FlagValues): Waiting => ({
  client,
  op,
  clock: systemClock,
  endMs: systemClock.now() + parseDuration(flags.text('timeout') ?? defaultTimeout),
});

/** Tells somebody whose cluster was let go on why nobody cares for it yet. */
export function tellHeld(cluster: Cluster, invocation: Invocation): void {
  const { namespace, name } = cluster.metadata;
  if (isRestoring(cluster))
    tellNote(
      'the cluster is no longer paused, but is being brought back to a snapshot, and does not go on before that is done',
      invocation,
    );
  else if (isPaused(cluster))
    tellNote(
      `the cluster runs, but is paused: "ignite cluster resume ${namespace}/${name}" has it cared for again`,
      invocation,
    );
}

/** Tells somebody who has no ignited that the command ends, and that nobody cares for the cluster from then on. */
export function tellUnattended({ hasControlled }: ClusterHost, invocation: Invocation): void {
  if (hasControlled())
    tellNote(
      'nobody repairs the cluster from now on, as no ignited does: "ignite daemon --clusters" replaces machines that fail, and renews certificates',
      invocation,
    );
}
