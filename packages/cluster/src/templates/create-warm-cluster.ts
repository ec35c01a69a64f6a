import type { Warmth } from '@ignite/api/client/warmth';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { own } from '../contract/names.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import { awaitCluster } from '../operations/await-cluster.ts';
import { cloneCluster } from '../operations/clone-cluster.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import { clusterExists, createCluster } from '../operations/create-cluster.ts';
import { deleteCluster } from '../operations/delete-cluster.ts';
import { listMade } from '../operations/list-made.ts';
import { planCluster } from '../operations/plan-cluster.ts';
import { planResumption, startFailure } from '../operations/plan-suspension.ts';
import { resumeCluster } from '../operations/suspend-cluster.ts';
import { type TemplateSnapshot, sourceOf, templateKeyOf, templateObstacle } from './cluster-template.ts';
import { type TemplateWaiting, findTemplate } from './find-template.ts';
import { keepTemplate } from './keep-template.ts';
import { listTemplates } from './list-templates.ts';
import { removeLeftTemplateParts, removeTemplate } from './remove-templates.ts';

export type ClusterTemplateErrorCode = 'CLUSTER_TEMPLATE_MISSING' | 'CLUSTER_TEMPLATE_UNUSABLE';

/** What is asked for: to start from a template if there is one and keep one otherwise, or to start from one in any case. */
export type TemplateUse = Exclude<Warmth, 'never'>;

/**
 * Creates a cluster and waits until it is ready. It starts from the template of clusters like it, or is built, and a template of it is kept then.
 * What was cut short is finished by another call.
 * @param tell is told once that the cluster is there, and from which template it starts
 * @throws CodedError CLUSTER_TEMPLATE_MISSING, CLUSTER_TEMPLATE_UNUSABLE, CLUSTER_SNAPSHOT_UNFIT, CLUSTER_EXISTS, CLUSTER_NAME_TAKEN, CLUSTER_NOT_READY, CLUSTER_TAKEN_OVER
 */
export async function createWarmCluster(
  request: ClusterRequest,
  warmth: TemplateUse,
  waiting: TemplateWaiting,
  tell: (created: KubeObject, template?: TemplateSnapshot) => void,
): Promise<Cluster> {
  const { client, op } = waiting;
  const known = await new KindClient(client, clusterKind).find(request, { signal: op.signal });
  await removeLeftTemplateParts(request.namespace, waiting);
  const obstacle = templateObstacle(request);
  const template = obstacle === undefined ? await templateFor(request, known, waiting) : undefined;
  if (template) {
    const started = await startFrom(template, request, warmth, waiting, tell);
    if (started) return started;
  } else if (warmth === 'always') {
    if (known) throw clusterExists(request.name);
    throw missing(request, obstacle);
  }
  const created = await createCluster(planCluster(request), client, op.signal);
  tell(created);
  const wasThere = known !== undefined && !template;
  // A command that took the template of this cluster was cut short.
  if (wasThere && known.metadata.annotations[own.suspended] === 'snapshot')
    await resumeCluster(request, waiting);
  const built = (await awaitCluster(request, waiting)).cluster;
  // Somebody may have used a cluster that was there before this command, and a template must have nothing of that.
  if (wasThere || obstacle !== undefined) return built;
  await keepTemplate(request, waiting);
  return (await awaitCluster(request, waiting)).cluster;
}

/** Returns the template from which a cluster starts, or from which it is being made by a command that was cut short. */
async function templateFor(
  request: ClusterRequest,
  known: Cluster | undefined,
  waiting: TemplateWaiting,
): Promise<TemplateSnapshot | undefined> {
  const { client, op } = waiting;
  if (known) {
    const source = sourceOf(known);
    return (await listTemplates(request.namespace, client, op.signal)).find(
      ({ metadata, spec }) => metadata.name === source && spec.template.key === templateKeyOf(request),
    );
  }
  // What an attempt to build it has left goes on being built.
  const hasBegun = (await listMade(request, client, op.signal)).length > 0;
  return hasBegun ? undefined : await findTemplate(request, waiting);
}

/**
 * Starts a cluster from a template. If it is of no use, the template goes, and so does what there is of the cluster; resolves with `undefined` then,
 * unless the cluster is to start from a template in any case.
 */
async function startFrom(
  template: TemplateSnapshot,
  request: ClusterRequest,
  warmth: TemplateUse,
  waiting: TemplateWaiting,
  tell: (created: KubeObject, template: TemplateSnapshot) => void,
): Promise<Cluster | undefined> {
  const { op } = waiting;
  const { name } = template.metadata;
  op.report({ kind: 'step', message: `Starting cluster "${request.name}" from the template ${name}` });
  try {
    const made = await cloneCluster(request, name, waiting, (parts) => {
      const failure = startFailure(parts);
      if (failure !== undefined) throw unusable(name, failure);
      return planResumption(parts);
    });
    tell(made, template);
  } catch (failure) {
    const isUnusable = hasCode(failure, 'CLUSTER_TEMPLATE_UNUSABLE');
    if (!isUnusable && !hasCode(failure, 'CLUSTER_SNAPSHOT_UNFIT')) throw failure;
    if (warmth === 'always') throw failure;
    const message = `the cluster is built, not started from a template: ${errorText(failure)}`;
    op.report({ kind: 'warning', message });
    const left = await new KindClient(waiting.client, clusterKind).find(request, { signal: op.signal });
    if (left && sourceOf(left) === name) await deleteCluster(request, waiting);
    // A template that is unfit for this cluster may fit one of another name.
    if (isUnusable) await removeTemplate(template, waiting);
    return undefined;
  }
  return (await awaitCluster(request, waiting)).cluster;
}

const missing = ({ name, namespace }: ClusterRequest, why: string | undefined) =>
  new CodedError<ClusterTemplateErrorCode>(
    'CLUSTER_TEMPLATE_MISSING',
    `cluster "${name}" cannot start from a template: ${why ?? `the namespace ${namespace} has none of clusters like it`}`,
    {
      hint:
        why === undefined
          ? 'create it with --warm auto, which keeps one for the next cluster'
          : 'create it with --warm never',
    },
  );

const unusable = (name: string, why: string): CodedError<ClusterTemplateErrorCode> =>
  new CodedError('CLUSTER_TEMPLATE_UNUSABLE', `the template ${name} cannot be used: ${why}`, {
    hint: 'create the cluster with --warm auto, which removes the template and builds the cluster',
  });
