import type { Client } from '@ignite/api/client/client';
import { igniteVersion } from '@ignite/api/ignite-version';
import type { Image } from '@ignite/api/v1/image';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { clusterKind } from '../kinds/object-kinds.ts';
import type { ClusterRequest } from '../operations/cluster-request.ts';
import {
  type HostContent,
  type TemplateSnapshot,
  isInUse,
  snapshotsOf,
  templateKeyOf,
  templateProblem,
} from './cluster-template.ts';
import { type TemplateHost, listOwnTemplates } from './list-templates.ts';
import { removeTemplate } from './remove-templates.ts';

/** How a command waits for a cluster that may start from a template. */
export interface TemplateWaiting extends TemplateHost {
  readonly images: Pick<Client['images'], 'find'>;
  readonly kernels: Pick<Client['kernels'], 'list'>;
}

/** Returns the template for clusters like one. Those that this host has in the namespace and that fit no more are removed. */
export async function findTemplate(
  request: ClusterRequest,
  waiting: TemplateWaiting,
): Promise<TemplateSnapshot | undefined> {
  const { client, op } = waiting;
  const { namespace } = request;
  const key = templateKeyOf(request);
  const templates = await listOwnTemplates(namespace, waiting);
  if (templates.length === 0) return undefined;
  const now = await contentOf(templates, waiting);
  const clusters = await new KindClient(client, clusterKind).list({ namespace, signal: op.signal });
  const fit: TemplateSnapshot[] = [];
  for (const template of templates) {
    const { name } = template.metadata;
    const problem = templateProblem(template, now);
    if (problem === undefined) fit.push(template);
    else if (!isInUse(template, clusters.items)) {
      op.report({ kind: 'step', message: `Removing the template ${name}: ${problem}` });
      await removeTemplate(template, waiting);
    }
  }
  return fit.find(({ spec }) => spec.template.key === key);
}

async function contentOf(
  templates: readonly TemplateSnapshot[],
  { snapshots, images, kernels, op: { signal } }: TemplateWaiting,
): Promise<HostContent> {
  const known = await snapshots.list(signal);
  const names = new Set(
    templates.flatMap((each) => snapshotsOf(each, known)).map(({ status }) => status.vmSpec.image.oci),
  );
  const found = new Map<string, Image>();
  for (const name of names) {
    const image = await imageOf(name, images, signal);
    if (image) found.set(name, image);
  }
  return {
    ...{ version: igniteVersion, snapshots: known, images: found },
    kernels: await kernels.list(signal),
  };
}

async function imageOf(
  name: string,
  images: TemplateWaiting['images'],
  signal: AbortSignal,
): Promise<Image | undefined> {
  try {
    return await images.find(name, signal);
  } catch (failure) {
    if (!hasCode(failure, 'IMAGE_NOT_FOUND')) throw failure;
    return undefined;
  }
}
