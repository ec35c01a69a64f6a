import { mapConcurrent } from '../async/map-concurrent.ts';
import type { Operation } from '../async/operation.ts';
import type { Clock } from '../clock/clock.ts';
import { errorText } from '../errors/error-text.ts';
import type { Actuator, HealthState, LiveObject, SyncEvent } from './actuator.ts';
import { type ObjectKey, keyText, objectKey } from '../object/object-key.ts';
import { type Refusal, type SyncPlan, manifestDigest, ownerOf, withOwner } from './plan-apply.ts';
import type { Action, InventoryEntry } from './action.ts';

export type Outcome = 'unchanged' | 'applied' | 'held' | 'skipped' | 'failed' | 'refused';

/** The outcome for one object. */
export interface ObjectResult {
  readonly key: ObjectKey;
  readonly action: Action['kind'];
  readonly outcome: Outcome;
  readonly message?: string;
  readonly reason?: Refusal['reason'];
}

export interface SyncResult {
  readonly results: readonly ObjectResult[];
  readonly inventory: readonly InventoryEntry[];
}

export interface ExecuteOptions {
  readonly owner: string | undefined;
  readonly actuator: Actuator;
  readonly clock: Clock;
  /** The number of objects that may be changed at once. */
  readonly concurrency: number;
  /**
   * The time in milliseconds in which one stage must become healthy; otherwise the next stages are skipped.
   */
  readonly healthTimeoutMs: number;
  /** Waits until the last stage is healthy too. */
  readonly waitForHealth: boolean;
}

const healthPollMs = 500;

/**
 * Executes a plan stage by stage. A failure stops only the objects that depend on the failed one, and later
 * waves. Each act is idempotent and the inventory written before it names everything it may touch, so a run
 * that was cut short is finished by planning again.
 */
export async function executePlan(
  plan: SyncPlan,
  inventory: readonly InventoryEntry[],
  options: ExecuteOptions,
  op: Operation<SyncEvent>,
): Promise<SyncResult> {
  const results: ObjectResult[] = plan.refused.map((refusal) => ({
    ...refusal,
    action: 'unchanged',
    outcome: 'refused',
  }));
  const failed = new Set(plan.refused.map(({ key }) => keyText(key)));
  let failedWave = Infinity;
  for (const [at, stage] of plan.stages.entries()) {
    const isLast = at === plan.stages.length - 1 || plan.stages[at + 1]![0]!.kind === 'delete';
    const done = await mapConcurrent(stage, options.concurrency, async (action) => {
      op.signal.throwIfAborted();
      return await execute(action, blockedBy(action, failed, failedWave), options, op);
    });
    results.push(...done);
    const touched = stage.filter((_, index) => done[index]!.outcome === 'applied');
    const unhealthy =
      isLast && !options.waitForHealth ? [] : await waitForHealth(touched, options, op.signal);
    const places = new Map(results.map(({ key }, index) => [keyText(key), index]));
    for (const { key, message } of unhealthy) {
      const index = places.get(keyText(key))!;
      results[index] = { ...results[index]!, outcome: 'failed', message };
    }
    const unhealthyKeys = new Set(unhealthy.map(({ key }) => keyText(key)));
    for (const [index, result] of done.entries()) {
      const bad = result.outcome === 'failed' || result.outcome === 'skipped';
      if (bad || unhealthyKeys.has(keyText(result.key))) {
        failed.add(keyText(result.key));
        failedWave = Math.min(failedWave, stage[index]!.policy.wave);
      }
    }
  }
  return { results, inventory: nextInventory(plan, results, inventory, options.owner) };
}

function blockedBy(action: Action, failed: ReadonlySet<string>, failedWave: number): string | undefined {
  if (action.kind === 'delete') return undefined;
  const needed = action.policy.dependsOn.find((id) => failed.has(id));
  if (needed !== undefined) return `waiting for ${needed}`;
  return action.policy.wave > failedWave ? `waiting for wave ${failedWave}` : undefined;
}

async function execute(
  action: Action,
  blocked: string | undefined,
  { actuator, owner }: ExecuteOptions,
  op: Operation<SyncEvent>,
): Promise<ObjectResult> {
  const about = { key: action.key, action: action.kind };
  if (action.kind === 'unchanged') return { ...about, outcome: 'unchanged' };
  if (action.held !== undefined) return { ...about, outcome: 'held', message: action.held };
  if (blocked !== undefined) return { ...about, outcome: 'skipped', message: blocked };
  try {
    switch (action.kind) {
      case 'create':
        await actuator.create(withOwner(action.wanted, owner), op);
        break;
      case 'change':
        await actuator.change(
          action.live,
          withOwner(action.wanted, owner ?? ownerOf(action.live)),
          action.changes,
          op,
        );
        break;
      case 'replace':
        await actuator.replace(action.live, withOwner(action.wanted, owner ?? ownerOf(action.live)), op);
        break;
      case 'delete':
        await actuator.remove(action.live, op);
        break;
    }
    return { ...about, outcome: 'applied' };
  } catch (failure) {
    op.signal.throwIfAborted();
    return { ...about, outcome: 'failed', message: errorText(failure) };
  }
}

/** Returns the objects that did not become healthy in time. */
async function waitForHealth(
  actions: readonly Action[],
  { actuator, clock, healthTimeoutMs }: ExecuteOptions,
  signal: AbortSignal,
): Promise<readonly { readonly key: ObjectKey; readonly message: string }[]> {
  const waiting = actions.filter(({ kind }) => kind !== 'delete');
  if (waiting.length === 0) return [];
  const deadline = clock.now() + healthTimeoutMs;
  const keys = waiting.map(({ key }) => key);
  for (;;) {
    const live = new Map(
      (await actuator.observe(signal, keys)).map((object) => [keyText(objectKey(object)), object]),
    );
    const unready = waiting.filter(({ key }) => !isReady(live.get(keyText(key))));
    const hopeless = unready.filter(({ key }) => live.get(keyText(key))?.health.state === 'Degraded');
    if (unready.length === 0) return [];
    if (clock.now() >= deadline || hopeless.length === unready.length)
      return unready.map(({ key }) => ({ key, message: unreadyText(live.get(keyText(key))) }));
    await clock.sleep(healthPollMs, signal);
  }
}

const readyStates: readonly HealthState[] = ['Healthy', 'Suspended'];
const isReady = (object: LiveObject | undefined): boolean =>
  object !== undefined && readyStates.includes(object.health.state);

const unreadyText = (object: LiveObject | undefined): string =>
  `it is ${object?.health.state ?? 'Missing'}${object?.health.message === undefined ? '' : `: ${object.health.message}`}`;

/**
 * Returns the new inventory of the Sync: the objects that it wants and has created, and those that it has not
 * removed yet.
 */
function nextInventory(
  plan: SyncPlan,
  results: readonly ObjectResult[],
  before: readonly InventoryEntry[],
  owner: string | undefined,
): readonly InventoryEntry[] {
  const outcomes = new Map(results.map((result) => [keyText(result.key), result]));
  const entries = new Map(before.map((entry) => [keyText(entry), entry]));
  const present = new Set<string>();
  for (const action of plan.stages.flat()) {
    const id = keyText(action.key);
    present.add(id);
    const { outcome } = outcomes.get(id)!;
    if (action.kind === 'delete') {
      if (outcome === 'applied') entries.delete(id);
    } else if (outcome === 'applied' || (action.kind === 'unchanged' && ownerOf(action.live) === owner))
      entries.set(id, { ...action.key, digest: manifestDigest(action.wanted) });
  }
  // An object that is neither wanted nor present was removed by someone else.
  const held = plan.pruneHeld !== undefined;
  const refused = new Set(plan.refused.map(({ key }) => keyText(key)));
  return [...entries].filter(([id]) => present.has(id) || refused.has(id) || held).map(([, entry]) => entry);
}
