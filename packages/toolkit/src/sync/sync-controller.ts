import { isDeepStrictEqual } from 'node:util';
import type { KindClient } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import type { EventRecorder, NewEvent } from '../controller/event-recorder.ts';
import type { ReconcileResult } from '../controller/controller.ts';
import { CodedError, hasCode } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { Log } from '../log/log.ts';
import type { ObjectResult } from '../apply/execute-plan.ts';
import { isTrue } from '../object/condition.ts';
import type { Source } from '../source/source.ts';
import { parseDuration } from '../units/duration.ts';
import {
  type GitSourceObject,
  type SyncObject,
  type SyncStatus,
  confirmedRevisionAnnotation,
  requestedAtAnnotation,
} from './kinds.ts';
import { type ObjectKey, keyText } from '../object/object-key.ts';
import { Renderer } from '../render/render.ts';
import { RepairBackoff } from './repair-backoff.ts';
import type { StatusSink } from './status-sink.ts';
import { gitSourcesOf, syncsOf } from './sync-clients.ts';
import { type Attempt, nextStatus, inTarget, reconciling, shortRevision } from './sync-status.ts';
import type { OpenedTarget } from './sync-target.ts';
import { TroubleLog } from './trouble-log.ts';
import {
  type SyncDeps,
  type SyncSubject,
  applyPlan,
  intendedInventory,
  planRevision,
} from './synchronize.ts';

export interface SyncControllerOptions extends SyncDeps {
  /** Through which GitSources and Syncs are read and written. */
  readonly client: ObjectClient;
  /** Opens the source that a Sync names. It is called again when the Sync or its GitSource has changed. */
  readonly openSource: (sync: SyncObject, gitSource: GitSourceObject | undefined) => Source;
  readonly sinks: readonly StatusSink[];
  readonly events?: EventRecorder;
  readonly log: Log;
  /** Returns a number from 0 to 1, by which the polls of many hosts are spread. */
  readonly random?: () => number;
}

interface Opened {
  readonly id: string;
  readonly source: Source;
  readonly gitSource: GitSourceObject | undefined;
  readonly renderer: Renderer;
  readonly repairs: RepairBackoff;
}

const syncFinalizer = 'gitops.weave.works/sync';
/**
 * The errors that no retry cures: only a change of the Sync or its source does, and that wakes the
 * controller.
 */
const permanent = new Set(['SOURCE_INVALID', 'NOT_FOUND']);
/** The share of the interval by which a poll may be late, so that many hosts do not poll at once. */
const jitter = 0.1;
/** How often it is looked whether what a Sync waits for is there, in milliseconds. */
const waitingMs = 10_000;

/** Makes the world match each Sync, again and again. */
export class SyncController {
  readonly #options: SyncControllerOptions;
  readonly #syncs: KindClient<SyncObject>;
  readonly #gitSources: KindClient<GitSourceObject>;
  readonly #opened = new Map<string, Opened>();
  readonly #troubles: TroubleLog;

  constructor(options: SyncControllerOptions) {
    this.#options = options;
    this.#syncs = syncsOf(options.client);
    this.#gitSources = gitSourcesOf(options.client);
    this.#troubles = new TroubleLog(options.log);
  }

  /** Reconciles the Sync with the key `namespace/name`. */
  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { clock } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    const sync = await this.#find({ namespace, name });
    if (!sync) {
      this.#opened.delete(key);
      this.#troubles.forget(key);
      return {};
    }
    if (!fits(sync.spec.nodeSelector, this.#options.nodeLabels)) return {};
    if (sync.metadata.deletionTimestamp !== undefined) {
      await this.#finalize(sync, signal);
      return {};
    }
    const wanted = sync.metadata.finalizers.includes(syncFinalizer)
      ? sync
      : await this.#syncs.update({
          ...sync,
          metadata: { ...sync.metadata, finalizers: [...sync.metadata.finalizers, syncFinalizer] },
        });
    const start = clock.now();
    const attempt = await this.#attempt(wanted, key, signal);
    const requestedAt = wanted.metadata.annotations[requestedAtAnnotation];
    const facts = { generation: wanted.metadata.generation, requestedAt, durationMs: clock.now() - start };
    await this.#save(wanted, (old) => nextStatus(old, attempt, { ...facts, now: this.#now() }));
    await this.#tell(wanted, attempt);
    this.#troubles.tell(key, wanted, attempt);
    await this.#publish(wanted, attempt, signal);
    if (attempt.kind === 'failed' && !attempt.isPermanent) return { failed: true };
    if (attempt.kind === 'suspended') return {};
    const usual = parseDuration(wanted.spec.interval);
    const interval = attempt.kind === 'waiting' ? Math.min(usual, waitingMs) : usual;
    return { requeueAfterMs: interval * (1 + jitter * (this.#options.random ?? Math.random)()) };
  }

  async #attempt(sync: SyncObject, key: string, signal: AbortSignal): Promise<Attempt> {
    if (sync.spec.suspend) return { kind: 'suspended' };
    const unready = await this.#unready(sync);
    if (unready !== undefined)
      return { kind: 'waiting', reason: 'DependencyNotReady', message: `waiting for Sync "${unready}"` };
    let revision: string | undefined;
    try {
      const opened = await this.#openTarget(sync, signal);
      if (opened && opened.state !== 'ready')
        return { kind: 'waiting', reason: 'ClusterNotReady', message: opened.message };
      using target = opened?.target;
      const deps = { ...this.#options, ...target };
      const { source, gitSource, renderer, repairs } = await this.#open(sync, key);
      const op = { signal, report: this.#report(sync) };
      const fetched = await source.fetch(op);
      revision = fetched.id;
      const subject = {
        ...subjectOf(sync),
        gitSource,
        heldRepair: (each: ObjectKey) => repairs.heldBack(each),
      };
      const planned = await planRevision(subject, fetched, renderer, deps, signal);
      // A person who suspends the Sync starts to change its objects by hand, and this plan might undo that.
      if ((await this.#find(sync.metadata))?.spec.suspend) return { kind: 'suspended' };
      const inventory = intendedInventory(planned.plan, planned.inventory);
      const isBusy = planned.plan.stages.some((stage) =>
        stage.some(({ kind, held }) => kind !== 'unchanged' && held === undefined),
      );
      if (isBusy)
        await this.#save(sync, (old) => ({
          ...inTarget(reconciling(old, fetched.id, sync.metadata.generation, this.#now()), planned.target),
          inventory,
          ...(planned.place !== undefined && { place: planned.place }),
        }));
      const outcome = await applyPlan({ ...subject, inventory }, planned, deps, op);
      const changed = new Set(outcome.changed.map(({ result }) => keyText(result.key)));
      for (const action of planned.plan.stages.flat())
        if (action.reason === 'drifted' && changed.has(keyText(action.key))) repairs.repaired(action.key);
      const { rendering, place, target: targetId } = planned;
      return { kind: 'done', revision, outcome, place, target: targetId, problems: rendering.problems };
    } catch (failure) {
      signal.throwIfAborted();
      const reason = failure instanceof CodedError ? camelCase(failure.code) : 'Failed';
      return {
        kind: 'failed',
        reason,
        message: errorText(failure),
        ...(failure instanceof CodedError && { hint: failure.hint }),
        isPermanent: failure instanceof CodedError && permanent.has(failure.code),
        ...(revision !== undefined && { revision }),
      };
    }
  }

  /**
   * Records in the log and the events what an attempt has changed, or why it failed. Repetitions are not
   * recorded.
   */
  async #tell({ metadata, spec, status: before }: SyncObject, attempt: Attempt): Promise<void> {
    const { namespace, name } = metadata;
    const regarding = { kind: 'Sync', namespace, name };
    const say = async (
      type: NewEvent['type'],
      reason: string,
      message: string,
      about: ObjectKey,
    ): Promise<void> => {
      const object = keyText(about);
      this.#options.log(type === 'Normal' ? 'info' : 'warning', reason, {
        sync: name,
        object,
        what: message,
      });
      // What is elsewhere has its events elsewhere.
      await this.#options.events?.record(
        spec.cluster === undefined || about === regarding
          ? { type, reason, message, regarding: about }
          : { type, reason, message: `${object} ${message}`, regarding },
      );
    };
    if (attempt.kind === 'failed')
      await this.#options.events?.record({
        type: 'Warning',
        reason: attempt.reason,
        message: attempt.message,
        regarding,
      });
    if (attempt.kind !== 'done') return;
    const { outcome, problems, revision } = attempt;
    for (const { message } of problems)
      if (!before.problems.some((problem) => problem.message === message))
        await say('Warning', 'InvalidManifest', message, regarding);
    for (const { result, change } of outcome.changed)
      if (result.outcome === 'applied')
        await say('Normal', change, `at ${shortRevision(revision)}`, result.key);
      else if (result.reason === undefined || !isKnown(before, result))
        await say('Warning', result.reason ?? 'ApplyFailed', result.message ?? 'failed', result.key);
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  readonly #report =
    (sync: SyncObject) =>
    ({ kind, message }: { readonly kind: string; readonly message: string }): void =>
      this.#options.log(kind === 'warning' ? 'warning' : 'info', message, { sync: sync.metadata.name });

  async #open(sync: SyncObject, key: string): Promise<Opened> {
    const { openSource } = this.#options;
    const named = 'gitSource' in sync.spec.source ? sync.spec.source.gitSource : undefined;
    const { namespace } = sync.metadata;
    const gitSource =
      named === undefined ? undefined : await this.#gitSources.get({ namespace, name: named });
    const id = JSON.stringify([
      sync.spec.source,
      sync.spec.pin,
      sync.spec.cluster,
      gitSource?.metadata.uid,
      gitSource?.metadata.generation,
    ]);
    const known = this.#opened.get(key);
    if (known?.id === id) return known;
    const repairs = known?.repairs ?? new RepairBackoff(this.#options.clock);
    const renderer = new Renderer(this.#options.reader, (remark, { file, line }) =>
      this.#options.log('info', remark, { sync: sync.metadata.name, file, line }),
    );
    const opened = { id, source: openSource(sync, gitSource), gitSource, renderer, repairs };
    this.#opened.set(key, opened);
    return opened;
  }

  async #unready({ metadata, spec }: SyncObject): Promise<string | undefined> {
    for (const name of spec.dependsOn) {
      const other = await this.#find({ namespace: metadata.namespace, name });
      if (!other || !isTrue(other.status.conditions, 'Ready')) return name;
    }
    return undefined;
  }

  async #openTarget(sync: SyncObject, signal: AbortSignal): Promise<OpenedTarget | undefined> {
    if (sync.spec.cluster === undefined) return undefined;
    const opened = await this.#options.openTarget?.(sync, signal);
    return opened ?? { state: 'unreachable', message: 'clusters are not reached from here' };
  }

  /** Removes or keeps the objects of a Sync that is removed, as its deletion policy says. */
  async #finalize(sync: SyncObject, signal: AbortSignal): Promise<void> {
    const opened = sync.spec.deletionPolicy === 'Delete' ? await this.#openTarget(sync, signal) : undefined;
    if (opened?.state === 'unreachable')
      throw new CodedError('SYNC_FAILED', opened.message, {
        hint: 'retrying; the Sync is removed once its objects are gone, or at once with deletionPolicy: Orphan',
      });
    // With a cluster that is gone, all that was in it is gone.
    if (sync.spec.deletionPolicy === 'Delete' && opened?.state !== 'absent') {
      using target = opened?.target;
      const deps = { ...this.#options, ...target };
      const op = { signal, report: this.#report(sync) };
      const revision = { id: 'none', files: [] };
      const subject = {
        ...subjectOf(sync),
        gitSource: undefined,
        confirmedRevision: 'none',
        spec: { ...sync.spec, prune: true },
      };
      const planned = await planRevision(subject, revision, new Renderer(deps.reader), deps, signal);
      const { changed } = await applyPlan(subject, planned, deps, op);
      const failed = changed.find(({ result }) => result.outcome !== 'applied');
      if (failed)
        throw new CodedError('SYNC_FAILED', `${keyText(failed.result.key)}: ${failed.result.message}`, {
          hint: 'retrying; the Sync is removed once its objects are gone',
        });
    }
    await this.#syncs.update({
      ...sync,
      metadata: {
        ...sync.metadata,
        finalizers: sync.metadata.finalizers.filter((finalizer) => finalizer !== syncFinalizer),
      },
    });
  }

  async #find(key: { readonly namespace: string; readonly name: string }): Promise<SyncObject | undefined> {
    return await this.#syncs.find(key);
  }

  /** Writes the status if it has changed and the Sync is still there. */
  async #save({ metadata }: SyncObject, change: (old: SyncStatus) => SyncStatus): Promise<void> {
    try {
      await this.#syncs.modifyStatus(metadata, (now) => {
        if (now.metadata.uid !== metadata.uid) return now;
        const status = change(now.status);
        return isDeepStrictEqual(status, now.status) ? now : { ...now, status };
      });
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
  }

  async #publish({ metadata }: SyncObject, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { sinks, log } = this.#options;
    const sync = sinks.length === 0 ? undefined : await this.#find(metadata);
    if (!sync) return;
    for (const sink of sinks) {
      try {
        await sink.publish(sync, attempt.kind === 'done' ? attempt.outcome.live : undefined, signal);
      } catch (failure) {
        signal.throwIfAborted();
        log('warning', 'cannot publish status', { sync: metadata.name, error: errorText(failure) });
      }
    }
  }
}

const subjectOf = ({ metadata, spec, status }: SyncObject): Omit<SyncSubject, 'gitSource'> => ({
  name: metadata.name,
  spec,
  inventory: status.inventory,
  place: status.place,
  target: status.target,
  confirmedRevision: metadata.annotations[confirmedRevisionAnnotation],
});

const isKnown = ({ objects }: SyncStatus, { key, message }: ObjectResult): boolean =>
  objects.some((object) => object.message === message && keyText(object) === keyText(key));

const fits = (
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => Object.entries(selector).every(([name, value]) => labels[name] === value);

const camelCase = (code: string): string =>
  code.toLowerCase().replaceAll(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
