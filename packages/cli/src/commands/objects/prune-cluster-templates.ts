import { fullName } from '@ignite/api/v1/shown-name';
import type { TemplateSnapshot } from '@ignite/cluster/templates/cluster-template';
import type { TemplateHost } from '@ignite/cluster/templates/list-templates';
import type { IdleTemplates } from '@ignite/cluster/templates/prune-templates';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import type { Invocation } from '../../arguments/command.ts';
import { type ClusterHost, withClusterControllers, withClusters } from '../../cluster-context.ts';
import { confirm } from '../../confirm.ts';
import { isForOtherHost, withReader } from '../../context.ts';

/** The time in which the hosts clear away what the control planes of the templates had stored. */
const waitMs = 10 * 60_000;

/**
 * Removes the templates of clusters that the host has, and what commands that were killed have left of some, unless somebody says no.
 * Resolves with whether there were any.
 */
export async function pruneClusterTemplates(invocation: Invocation): Promise<boolean> {
  const { flags, io, signal } = invocation;
  const found = await survey(invocation);
  if (found.templates.length + found.left.length === 0) return false;
  const lines = (verb: string): string =>
    (flags.isSet('quiet') ? uidsOf(found) : namesOf(found).map((name) => `${verb} ${name}`))
      .map((line) => `${line}\n`)
      .join('');
  if (flags.isSet('dry-run')) {
    io.out.write(lines('Would remove'));
    return true;
  }
  if (!flags.isSet('force')) {
    io.err.write(lines('Would remove'));
    if (!(await confirm('Remove all of these?', io, signal))) return true;
  }
  await withClusterControllers(invocation, async (host) => {
    const { removeIdleTemplates } = await import('@ignite/cluster/templates/prune-templates');
    await removeIdleTemplates(found, templateHost(host));
  });
  io.out.write(lines('Removed'));
  return true;
}

interface Found extends IdleTemplates {
  /** Returns what the disks and the memory of a template take. */
  readonly sizeOf: (template: TemplateSnapshot) => Bytes;
}

async function survey(invocation: Invocation): Promise<Found> {
  const { signal } = invocation;
  const nothing = { templates: [], left: [], sizeOf: () => bytes(0) };
  const { findIdleTemplates, hasTemplates } = await import('@ignite/cluster/templates/prune-templates');
  // Whoever frees a full disk opens nothing more for what is not there. Another host tells nobody all that it has stored.
  if (
    !isForOtherHost(invocation) &&
    !(await withReader(invocation, async (reader) => await hasTemplates(reader, signal)))
  )
    return nothing;
  try {
    const { snapshotsOf } = await import('@ignite/cluster/templates/cluster-template');
    return await withClusters(invocation, async (host) => {
      const idle = await findIdleTemplates(templateHost(host));
      const snapshots = await host.client.snapshots.list(signal);
      const sizeOf = (template: TemplateSnapshot): Bytes =>
        bytes(snapshotsOf(template, snapshots).reduce((all, { status }) => all + status.size, 0));
      return { ...idle, sizeOf };
    });
  } catch (failure) {
    // Nor does it remove what its user may not see.
    if (!hasCode(failure, 'CLUSTERS_NOT_SERVED') && !hasCode(failure, 'FORBIDDEN')) throw failure;
    return nothing;
  }
}

const templateHost = ({ client: { snapshots, hosts }, objects, op }: ClusterHost): TemplateHost => ({
  ...{ client: objects, snapshots, hosts, op },
  ...{ clock: systemClock, endMs: systemClock.now() + waitMs },
});

const uidsOf = ({ templates, left }: Found): readonly string[] =>
  [...templates, ...left.flatMap(({ parts }) => parts)].map(({ metadata }) => metadata.uid);

const namesOf = (found: Found): readonly string[] => [
  ...found.templates.map(
    (each) => `template of clusters "${fullName(each)}" (${humanBytes(found.sizeOf(each))})`,
  ),
  ...found.left.map((each) => `what was left of template of clusters "${fullName(each)}"`),
];
