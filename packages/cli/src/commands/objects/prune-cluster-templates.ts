import type { Snapshot } from '@ignite/api/v1/snapshot';
import { fullName } from '@ignite/api/v1/shown-name';
import type { TemplateSnapshot } from '@ignite/cluster/templates/cluster-template';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import type { Invocation } from '../../arguments/command.ts';
import { type ClusterHost, withClusterControllers, withClusters } from '../../cluster-context.ts';
import { confirm } from '../../confirm.ts';
import { withReader } from '../../context.ts';

/** The time in which the hosts clear away what the control planes of the templates had stored. */
const waitMs = 10 * 60_000;

/** Removes the templates of clusters, unless somebody says no, and what commands that were killed have left of some. */
export async function pruneClusterTemplates(invocation: Invocation): Promise<void> {
  const { flags, io, signal } = invocation;
  const found = await survey(invocation);
  const isQuiet = flags.isSet('quiet');
  const lines = (verb: string): string =>
    found.templates
      .map((each) =>
        isQuiet
          ? each.metadata.uid
          : `${verb} template of clusters "${fullName(each)}" (${sizeOf(each, found)})`,
      )
      .map((line) => `${line}\n`)
      .join('');
  if (flags.isSet('dry-run')) io.out.write(lines('Would remove'));
  if (flags.isSet('dry-run') || found.namespaces.length === 0) return;
  if (!flags.isSet('force') && found.templates.length > 0) {
    io.err.write(lines('Would remove'));
    if (!(await confirm('Remove all of these?', io, signal))) return;
  }
  await withClusterControllers(invocation, async (host) => {
    const { removeLeftParts, removeTemplate } = await import('@ignite/cluster/templates/remove-templates');
    const waiting = waitingOf(host);
    for (const template of found.templates) await removeTemplate(template, waiting);
    for (const namespace of found.namespaces) await removeLeftParts(namespace, waiting);
  });
  io.out.write(lines('Removed'));
}

interface Found {
  readonly templates: readonly TemplateSnapshot[];
  readonly snapshots: readonly Snapshot[];
  /** The namespaces with parts of templates. */
  readonly namespaces: readonly string[];
}

async function survey(invocation: Invocation): Promise<Found> {
  const { signal } = invocation;
  const nothing = { templates: [], snapshots: [], namespaces: [] };
  const { own } = await import('@ignite/cluster/contract/names');
  const isPart = ({ metadata }: Snapshot): boolean => Object.hasOwn(metadata.labels, own.warmCluster);
  // Whoever frees a full disk opens nothing more for what is not there.
  const known = await withReader(invocation, async (client) => await client.snapshots.list(signal));
  if (!known.some(isPart)) return nothing;
  try {
    return await withClusters(invocation, async ({ client, objects }) => {
      const { listTemplates } = await import('@ignite/cluster/templates/remove-templates');
      const templates = await listTemplates(undefined, objects, signal);
      const snapshots = await client.snapshots.list(signal);
      const all = [...templates, ...snapshots.filter(isPart)].map(({ metadata }) => metadata.namespace);
      return { templates, snapshots, namespaces: [...new Set(all)] };
    });
  } catch (failure) {
    if (!hasCode(failure, 'CLUSTERS_NOT_SERVED')) throw failure;
    return nothing;
  }
}

const waitingOf = ({ client, objects, op }: ClusterHost) => ({
  ...{ client: objects, snapshots: client.snapshots, op },
  ...{ clock: systemClock, endMs: systemClock.now() + waitMs },
});

function sizeOf(
  { metadata: { namespace }, spec: { machines } }: TemplateSnapshot,
  { snapshots }: Found,
): string {
  const names = new Set(machines.map(({ snapshot }) => snapshot));
  const sum = snapshots
    .filter(({ metadata }) => metadata.namespace === namespace && names.has(metadata.name))
    .reduce<Bytes>((all, { status }) => bytes(all + status.size), bytes(0));
  return humanBytes(sum);
}
