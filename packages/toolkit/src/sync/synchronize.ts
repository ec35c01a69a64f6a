import * as v from 'valibot';
import type { Operation } from '../async/operation.ts';
import type { Clock } from '../clock/clock.ts';
import type { Revision } from '../source/source.ts';
import { parseDuration } from '../units/duration.ts';
import { type HealthState, type LiveObject, type SyncEvent, worstHealth } from '../apply/actuator.ts';
import { allowSchema } from '../allowance/allow-spec.ts';
import { type ObjectResult, executePlan } from '../apply/execute-plan.ts';
import { findDenied } from '../allowance/find-denied.ts';
import type { GitSourceObject, ObjectReport, SyncSpec } from './kinds.ts';
import { type ObjectKey, keyText, objectKey } from '../object/object-key.ts';
import { type SyncPlan, planApply } from '../apply/plan-apply.ts';
import type { Action, InventoryEntry } from '../apply/action.ts';
import type { Renderer, Rendering } from '../render/render.ts';
import { sourcePlace } from './source-place.ts';
import type { OpenTarget, SyncTarget } from './sync-target.ts';
import type { SourceReader } from '../render/source-reader.ts';

/** The dependencies of a synchronisation, whatever is synchronised. */
export interface SyncDeps extends SyncTarget {
  readonly reader: SourceReader;
  /** Opens the targets of Syncs that name one. */
  readonly openTarget?: OpenTarget;
  readonly clock: Clock;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

export interface SyncSubject {
  readonly name: string;
  readonly spec: SyncSpec;
  readonly inventory: readonly InventoryEntry[];
  /** The place that declared the inventory; undefined where that is not known. */
  readonly place: string | undefined;
  /** The target that has the objects of the inventory; undefined for the usual one. */
  readonly target: string | undefined;
  /** The repository, where its source is one. */
  readonly gitSource: GitSourceObject | undefined;
  /** The revision for which pruning was confirmed. */
  readonly confirmedRevision: string | undefined;
  readonly heldRepair?: (key: ObjectKey) => string | undefined;
}

export interface PlannedSync {
  readonly rendering: Rendering;
  readonly plan: SyncPlan;
  /** The place that declares what the Sync has from now on. */
  readonly place: string | undefined;
  /** What the Sync has in the target, which is nothing if another one had it. */
  readonly inventory: readonly InventoryEntry[];
  readonly target: string | undefined;
}

/** Observes the source and the world, and plans. Nothing is changed. */
export async function planRevision(
  subject: SyncSubject,
  revision: Revision,
  renderer: Renderer,
  deps: SyncDeps,
  signal: AbortSignal,
): Promise<PlannedSync> {
  const { spec } = subject;
  const { actuator } = deps;
  const options = {
    path: spec.path,
    unknownKinds: spec.unknownKinds,
    nodeLabels: deps.nodeLabels,
    ...(deps.anyKind === true && { anyKind: true }),
    ...(spec.variables && { variables: spec.variables }),
  };
  const rendering = await renderer.render(revision, options, signal);
  const owner = subject.name;
  const { manifests } = rendering;
  const inventory = deps.id === subject.target ? subject.inventory : [];
  const wanted = (await actuator.complete?.(manifests, signal)) ?? manifests;
  const live = await actuator.observe(signal, [...wanted.map(objectKey), ...inventory]);
  // A Sync that was stored before allowances existed has none.
  const allow = v.parse(allowSchema, (spec as Partial<SyncSpec>).allow ?? {});
  const denied = await findDenied({ owner, allow, adopt: spec.adopt, wanted, live }, deps.hostUses, signal);
  const place = sourcePlace(spec, subject.gitSource, revision);
  const permitted = wanted.filter((manifest) => !denied.has(keyText(objectKey(manifest))));
  const compared = await actuator.compare?.(permitted, live, signal);
  const plan = planApply({
    owner,
    wanted,
    live,
    denied,
    ...(compared && { compared }),
    inventory,
    effectOf: actuator.effectOf.bind(actuator),
    kindOrder: deps.kindOrder,
    defaults: { drift: spec.drift, replace: spec.replace },
    prune: {
      enabled: spec.prune,
      limitPercent: spec.pruneLimitPercent,
      isElsewhere: place !== subject.place,
      confirmed: subject.confirmedRevision === revision.id,
      brokenRevision: rendering.problems.length > 0,
    },
    adopt: spec.adopt,
    ...(spec.approval === 'manual' &&
      subject.confirmedRevision !== revision.id && {
        heldAltogether: 'waiting for confirmation of the revision',
      }),
    ...(subject.heldRepair && { heldRepair: subject.heldRepair }),
  });
  return {
    rendering,
    plan,
    place: wanted.length > 0 ? place : subject.place,
    inventory,
    target: deps.id,
  };
}

/**
 * Pure. Returns the inventory with everything that a plan may create. It is written before the plan is
 * executed, so that what an interrupted run has created is known to belong to the Sync.
 */
export function intendedInventory(
  plan: SyncPlan,
  inventory: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const known = new Set(inventory.map(keyText));
  const making = plan.stages
    .flat()
    .filter(({ kind, key, held }) => kind === 'create' && held === undefined && !known.has(keyText(key)));
  return making.length === 0
    ? inventory
    : [...inventory, ...making.map(({ key }) => ({ ...key, digest: '' }))];
}

export interface SyncOutcome {
  readonly inventory: readonly InventoryEntry[];
  readonly objects: readonly ObjectReport[];
  readonly health: HealthState;
  /** The live objects of the Sync after the run. */
  readonly live: readonly LiveObject[];
  /** The number of objects that were changed. */
  readonly applied: number;
  /** The results that were applied or failed, each with the change in an event's words. */
  readonly changed: readonly { readonly result: ObjectResult; readonly change: string }[];
}

const changeWords = {
  create: 'Created',
  change: 'Changed',
  replace: 'Replaced',
  delete: 'Removed',
  unchanged: 'Unchanged',
} as const;

/** Executes a plan and observes the result. */
export async function applyPlan(
  subject: SyncSubject,
  { plan }: PlannedSync,
  deps: SyncDeps,
  op: Operation<SyncEvent>,
): Promise<SyncOutcome> {
  const options = {
    owner: subject.name,
    actuator: deps.actuator,
    clock: deps.clock,
    concurrency: subject.spec.concurrency,
    healthTimeoutMs: parseDuration(subject.spec.timeout),
    waitForHealth: subject.spec.wait,
  };
  const { results, inventory } = await executePlan(plan, subject.inventory, options, op);
  const applied = results.filter(({ outcome }) => outcome === 'applied').length;
  const keys = plan.stages.flat().map(({ key }) => key);
  const observed = applied === 0 ? undefined : await deps.actuator.observe(op.signal, keys);
  const live = observed ?? plan.stages.flat().flatMap((action) => liveOf(action) ?? []);
  const owned = new Set(inventory.map(keyText));
  return {
    inventory,
    applied,
    changed: results
      .filter(({ outcome }) => outcome === 'applied' || outcome === 'failed' || outcome === 'refused')
      .map((result) => ({ result, change: changeWords[result.action] })),
    live: live.filter((object) => owned.has(keyText(objectKey(object)))),
    ...reportObjects(plan, results, observed),
  };
}

const states = {
  unchanged: 'Synced',
  applied: 'Synced',
  held: 'Held',
  skipped: 'Skipped',
  failed: 'Failed',
  refused: 'Refused',
} as const;

function reportObjects(
  plan: SyncPlan,
  results: readonly ObjectResult[],
  observed: readonly LiveObject[] | undefined,
): Pick<SyncOutcome, 'objects' | 'health'> {
  const live = observed && new Map(observed.map((object) => [keyText(objectKey(object)), object]));
  const actions = new Map(plan.stages.flat().map((action) => [keyText(action.key), action]));
  const objects = results
    .filter(({ action, outcome }) => !(action === 'delete' && outcome === 'applied'))
    .map(({ key, outcome, message, reason }): ObjectReport => {
      const action = actions.get(keyText(key));
      const health = (live ? live.get(keyText(key)) : liveOf(action))?.health;
      const said = message ?? (health?.state === 'Healthy' ? undefined : health?.message);
      const differs = outcome !== 'applied' && action !== undefined && action.changes.length > 0;
      return {
        ...key,
        state: states[outcome],
        ...(reason !== undefined && { reason }),
        health: health?.state ?? 'Missing',
        ...(differs && { changes: action.changes }),
        ...(said !== undefined && { message: said }),
      };
    });
  return { objects, health: worstHealth(objects.map(({ health }) => health)) };
}

const liveOf = (action: Action | undefined): LiveObject | undefined =>
  action === undefined || action.kind === 'create' ? undefined : action.live;
