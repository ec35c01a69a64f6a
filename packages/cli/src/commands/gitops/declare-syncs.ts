import { scheme } from '@ignite/legacy/scheme';
import { planManifests } from '@ignite/toolkit/apply/plan-manifests';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import { executePlan } from '@ignite/toolkit/apply/execute-plan';
import { type SyncSpec, gitopsApiVersion } from '@ignite/toolkit/sync/kinds';
import type { FlagValues, Flags } from '../../arguments/command.ts';
import type { DeclaredHost } from '../../context.ts';

export const sourceFlags: Flags = {
  'ignore-unknown-kinds': {
    type: 'boolean',
    help: 'ignore objects of unknown kinds, such as Pod; otherwise they are reported and nothing is pruned',
  },
};

export const unknownKindsOf = (flags: FlagValues): SyncSpec['unknownKinds'] =>
  flags.isSet('ignore-unknown-kinds') ? 'ignore' : 'refuse';

/** Checked and completed as if someone had written them. */
export const manifestsOf = (
  objects: readonly (readonly [kind: string, name: string, spec: object])[],
): readonly Manifest[] =>
  objects.flatMap(([kind, name, spec]) =>
    decodeManifests(
      JSON.stringify({ apiVersion: gitopsApiVersion, kind, metadata: { name }, spec }),
      'the command line',
      scheme,
    ),
  );

/** Writes objects into the store as `apply` does; who runs the service sees to the rest. */
export async function declareSyncs(
  manifests: readonly Manifest[],
  { syncs: { deps }, op }: DeclaredHost,
): Promise<void> {
  const live = await deps.actuator.observe(op.signal);
  const plan = planManifests(manifests, live, { replace: false, force: true }, deps);
  const options = {
    owner: undefined,
    actuator: deps.actuator,
    clock: deps.clock,
    concurrency: 1,
    healthTimeoutMs: 0,
    waitForHealth: false,
  };
  const { results } = await executePlan(plan, [], options, op);
  const failed = results.find(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  if (failed) throw new Error(failed.message);
}
