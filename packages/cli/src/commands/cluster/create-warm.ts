import { warmth } from '@ignite/api/client/warmth';
import type { ClusterRequest } from '@ignite/cluster/operations/cluster-request';
import { templateObstacle } from '@ignite/cluster/templates/cluster-template';
import { type TemplateUse, createWarmCluster } from '@ignite/cluster/templates/create-warm-cluster';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Flag, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import type { ClusterHost } from '../../cluster-context.ts';
import { tellNote } from '../../render/message/note.ts';
import { isWaiting, waitingOf } from './cluster-flags.ts';

export const warmFlag: Flag = {
  type: 'string',
  value: 'WHEN',
  values: warmth,
  default: 'never',
  help: 'start from a template, whose clusters share their authorities: auto if there is one, and keep one otherwise; always; never',
};

/**
 * Returns how a cluster is to start from a template, if it is, and tells why it cannot.
 * @throws CodedError USAGE_INVALID
 */
export function warmthOf(request: ClusterRequest, invocation: Invocation): TemplateUse | undefined {
  const { flags } = invocation;
  const when = flags.choice('warm', warmth) ?? 'never';
  if (when === 'never') return undefined;
  if (!isWaiting(flags)) throw usageError(`--warm ${when} does not go with --wait=false`, 'omit one of them');
  const obstacle = templateObstacle(request);
  if (obstacle !== undefined && when === 'auto')
    tellNote(`the cluster is built without a template: ${obstacle}`, invocation);
  return when;
}

/** Creates a cluster that starts from a template or of which one is kept, and waits until it is ready. */
export async function createWarm(
  request: ClusterRequest,
  when: TemplateUse,
  host: ClusterHost,
  invocation: Invocation,
  tellCreated: (created: KubeObject) => void,
): Promise<KubeObject> {
  const { snapshots, images, kernels, hosts } = host.client;
  const waiting = { ...waitingOf(host, invocation.flags), snapshots, images, kernels, hosts };
  let source: string | undefined;
  const cluster = await createWarmCluster(request, when, waiting, (created, template) => {
    tellCreated(created);
    source = template?.metadata.name;
  });
  if (source !== undefined)
    tellNote(
      `the cluster has started from the template ${source}, and shares its authorities with the other clusters of that`,
      invocation,
    );
  return cluster;
}
