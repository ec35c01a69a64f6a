import { createHash } from 'node:crypto';
import type { Manifest } from '../codec/manifest.ts';
import { changesWithoutSecrets } from '../core/hide-secret.ts';
import { type FieldChange, diffFields, isWithin } from '../diff/field-change.ts';
import type { Action, InventoryEntry } from './action.ts';
import { type Actuator, type Effect, type LiveObject, effects } from './actuator.ts';
import {
  type ObjectPolicy,
  type PolicyDefaults,
  confirmAnnotation,
  authored,
  isRestartMark,
  ownerAnnotation,
  policyOf,
} from './annotations.ts';
import { holdNamespaces } from './namespace-in-use.ts';
import { type ObjectKey, keyText, objectKey } from '../object/object-key.ts';
import { type Stage, orderActions } from './plan-order.ts';

export interface Refusal {
  readonly key: ObjectKey;
  readonly message: string;
  /** Set if the source is not allowed to declare the object. */
  readonly reason?: 'NotAllowed';
}

export interface SyncPlan {
  /** The stages in their order. A stage is complete when all its objects are healthy. */
  readonly stages: readonly Stage[];
  /** The objects that are not allowed, cannot be ordered or have invalid annotations, with the reasons. */
  readonly refused: readonly Refusal[];
  /** Why nothing is pruned, if something would be. */
  readonly pruneHeld?: string;
}

export interface SyncInput {
  /** The name of the Sync, which marks the objects that it owns; `undefined` for a person, who owns none. */
  readonly owner: string | undefined;
  readonly wanted: readonly Manifest[];
  readonly live: readonly LiveObject[];
  readonly inventory: readonly InventoryEntry[];
  readonly effectOf: Actuator['effectOf'];
  /** The order in which kinds are created; other kinds come last. */
  readonly kindOrder: readonly string[];
  readonly defaults: PolicyDefaults;
  readonly prune: {
    readonly enabled: boolean;
    /** The percentage of the inventory that may be pruned at once without confirmation. */
    readonly limitPercent: number;
    /** True if the revision is from another place than the inventory. */
    readonly isElsewhere: boolean;
    /** True if someone has confirmed the pruning. */
    readonly confirmed: boolean;
    /** True if some files could not be read, so that an absent object may merely be unread. */
    readonly brokenRevision: boolean;
  };
  /** Takes over existing objects that have no owner. For a person: changes objects that a Sync owns. */
  readonly adopt: boolean;
  /** Why nothing at all is done, if so. */
  readonly heldAltogether?: string;
  /** What applying the objects would change, by `keyText`, where the actuator tells. */
  readonly compared?: ReadonlyMap<string, readonly FieldChange[]>;
  /** Why the source may not declare an object, by `keyText`. */
  readonly denied?: ReadonlyMap<string, string>;
  /** Returns why an object is not repaired yet, if so. */
  readonly heldRepair?: (key: ObjectKey) => string | undefined;
}

/** The number of objects below which a prune is never too large: whoever removes the manifest of their only VM means it. */
const manyGone = 3;

/** Pure. Plans everything that makes the world match the source, with reasons. Nothing is changed yet. */
export function planApply(input: SyncInput): SyncPlan {
  const all = new Map(input.live.map((object) => [keyText(objectKey(object)), object]));
  const live = new Map([...all].filter(([, { isLeaving }]) => !isLeaving));
  const applied = new Map(input.inventory.map((entry) => [keyText(entry), entry]));
  const wantedKeys = new Set(input.wanted.map((manifest) => keyText(objectKey(manifest))));
  const refused: Refusal[] = [];
  const actions: Action[] = [];
  for (const wanted of input.wanted) {
    const key = objectKey(wanted);
    const denial = input.denied?.get(keyText(key));
    if (denial !== undefined) {
      refused.push({ key, message: denial, reason: 'NotAllowed' });
      continue;
    }
    const { policy, invalid } = policyOf(wanted.metadata.annotations, input.defaults);
    for (const message of invalid) refused.push({ key, message });
    if (invalid.length > 0) continue;
    const id = keyText(key);
    actions.push(planObject(wanted, live.get(id), applied.get(id), policy, input));
  }
  const absent = input.inventory.filter(
    (entry) => !wantedKeys.has(keyText(entry)) && all.has(keyText(entry)),
  );
  const leaving = absent
    .map((entry) => all.get(keyText(entry))!)
    .filter((object) => ownerOf(object) === input.owner)
    .map((object) => planDeletion(object, input.defaults));
  const going = leaving.filter(({ held }) => held === undefined).length;
  const pruneHeld = absent.length === 0 ? undefined : reasonNotToPrune(input, going);
  const deletions =
    pruneHeld === undefined
      ? holdNamespaces(leaving, input.live)
      : leaving.map((each) => ({ ...each, held: pruneHeld }));
  const { heldAltogether } = input;
  const planned = [...actions, ...deletions].map((action) =>
    heldAltogether === undefined || action.kind === 'unchanged'
      ? action
      : { ...action, held: action.held ?? heldAltogether },
  );
  const order = orderActions(planned, input.kindOrder);
  return {
    stages: order.stages,
    refused: [...refused, ...order.refused],
    ...(pruneHeld !== undefined && { pruneHeld }),
  };
}

function planObject(
  wanted: Manifest,
  live: LiveObject | undefined,
  applied: InventoryEntry | undefined,
  policy: ObjectPolicy,
  input: SyncInput,
): Action {
  const key = objectKey(wanted);
  if (!live) {
    const drifted = applied !== undefined && applied.digest !== '';
    const held = policy.reconcile ? (drifted ? heldDrift(key, policy, input) : undefined) : leftAlone;
    return {
      kind: 'create',
      key,
      policy,
      wanted,
      reason: drifted ? 'drifted' : 'new',
      changes: [],
      ...(held && { held }),
    };
  }
  const found = input.compared?.get(keyText(key)) ?? changesBetween(live, wanted);
  const changes = found.filter(({ path }) => !policy.ignore.some((pointer) => isWithin(path, pointer)));
  const owner = ownerOf(live);
  const takesOver = input.owner !== undefined && owner !== input.owner;
  // A person who asks for the same again wants it finished. A Sync leaves that to the object's own controller.
  const isToFinish = live.isUnfinished === true && input.owner === undefined;
  if (changes.length === 0 && !takesOver && !isToFinish)
    return { kind: 'unchanged', key, policy, wanted, live, reason: 'same', changes };
  const isDrift = applied !== undefined && applied.digest === manifestDigest(wanted);
  const effect = changes.reduce<Effect>(
    (worst, change) => worse(worst, input.effectOf(key.kind, change, live)),
    isToFinish ? 'restart' : 'live',
  );
  const held = whyHeld({ key, policy, owner, isDrift, effect, input });
  const base = {
    key,
    policy,
    wanted,
    live,
    changes,
    reason: isDrift ? ('drifted' as const) : ('changed' as const),
    ...(held !== undefined && { held }),
  };
  return effect === 'replace' ? { kind: 'replace', ...base } : { kind: 'change', effect, ...base };
}

function whyHeld(about: {
  readonly key: ObjectKey;
  readonly policy: ObjectPolicy;
  readonly owner: string | undefined;
  readonly isDrift: boolean;
  readonly effect: Effect;
  readonly input: SyncInput;
}): string | undefined {
  const { key, policy, owner, isDrift, effect, input } = about;
  if (!policy.reconcile) return leftAlone;
  if (owner !== undefined && owner !== input.owner && !(input.owner === undefined && input.adopt))
    return `owned by Sync "${owner}"`;
  if (owner === undefined && input.owner !== undefined && !input.adopt)
    return 'it exists already, but no Sync owns it: adopt it, or rename one of them';
  if (isDrift) {
    const drift = heldDrift(key, policy, input);
    if (drift !== undefined) return drift;
  }
  if (effect === 'replace' && policy.replace === 'forbidden')
    return 'it would be replaced; to allow that, set the annotation "gitops.weave.works/replace: allowed"';
  return undefined;
}

const leftAlone = 'its annotation says "gitops.weave.works/reconcile: disabled"';

const heldDrift = (key: ObjectKey, { drift }: ObjectPolicy, { heldRepair }: SyncInput): string | undefined =>
  drift === 'repair' ? heldRepair?.(key) : `its drift policy is "${drift}"`;

function planDeletion(live: LiveObject, defaults: PolicyDefaults): Action {
  const { policy } = policyOf(live.metadata.annotations, {
    ...defaults,
    ...(live.takesOthers === true && { prune: 'confirm' }),
  });
  const isConfirmed = live.metadata.annotations[confirmAnnotation] === live.metadata.uid;
  const held = !policy.reconcile
    ? leftAlone
    : policy.prune === 'disabled'
      ? 'its annotation says "gitops.weave.works/prune: disabled"'
      : policy.prune === 'confirm' && !isConfirmed
        ? 'it waits for someone to confirm that it may go'
        : undefined;
  return {
    kind: 'delete',
    key: objectKey(live),
    policy,
    live,
    reason: 'removed',
    changes: [],
    ...(held !== undefined && { held }),
  };
}

function reasonNotToPrune({ prune, wanted, inventory }: SyncInput, count: number): string | undefined {
  if (!prune.enabled) return 'pruning is not enabled';
  if (prune.brokenRevision) return 'the revision has files that cannot be read';
  if (prune.confirmed) return undefined;
  if (wanted.length === 0 && prune.isElsewhere)
    return 'nothing is declared at the place that is looked at now; confirm that everything may go';
  if (count < manyGone) return undefined;
  if (wanted.length === 0) return 'the revision is empty; confirm that everything may go';
  if (count * 100 > inventory.length * prune.limitPercent)
    return `${count} of ${inventory.length} objects would go, which is more than ${prune.limitPercent} %; confirm it`;
  return undefined;
}

/** Returns the fields that an author declares and that differ from the live object. */
function changesBetween(live: LiveObject, wanted: Manifest): readonly FieldChange[] {
  const changes = [
    ...diffFields(live.metadata.labels, wanted.metadata.labels, '/metadata/labels'),
    ...diffFields(
      authored(withoutRestartMarks(live.metadata.annotations, wanted.metadata.annotations)),
      authored(wanted.metadata.annotations),
      '/metadata/annotations',
    ),
    ...diffFields(live.spec, wanted.spec, '/spec'),
    ...changesWithoutSecrets(wanted, diffFields(live.content ?? {}, wanted.content ?? {})),
  ];
  return changes.filter((change) => !isLeftOpen(change, live));
}

/** Tells whether a manifest merely leaves open what was assigned to the object. */
const isLeftOpen = ({ path, to }: FieldChange, { assigned = [] }: LiveObject): boolean =>
  to === undefined && assigned.includes(path);

/** Leaves out the restarts that were asked for by somebody else than the author. */
function withoutRestartMarks(
  live: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isMark = (name: string): boolean => isRestartMark(name) && wanted[name] === undefined;
  return Object.keys(live).some(isMark)
    ? Object.fromEntries(Object.entries(live).filter(([name]) => !isMark(name)))
    : live;
}

/** Returns the Sync that owns an object. A mark that was copied from another object does not count. */
export function ownerOf(object: Pick<Manifest, 'kind' | 'metadata'>): string | undefined {
  const mark = object.metadata.annotations[ownerAnnotation];
  if (mark === undefined) return undefined;
  const end = mark.indexOf(' ');
  return mark.slice(end + 1) === keyText(objectKey(object)) ? mark.slice(0, end) : undefined;
}

/** Returns the manifest with its owner's mark. */
export function withOwner(manifest: Manifest, owner: string | undefined): Manifest {
  if (owner === undefined) return manifest;
  const annotations = {
    ...manifest.metadata.annotations,
    [ownerAnnotation]: `${owner} ${keyText(objectKey(manifest))}`,
  };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

const digests = new WeakMap<Manifest, string>();

/** Returns the digest of what an author declares. */
export function manifestDigest(manifest: Manifest): string {
  const known = digests.get(manifest);
  if (known !== undefined) return known;
  const { labels, annotations } = manifest.metadata;
  const { apiVersion, spec, content } = manifest;
  const declared = [apiVersion, labels, authored(annotations), spec, ...(content ? [content] : [])];
  const text = JSON.stringify(declared);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  digests.set(manifest, digest);
  return digest;
}

const worse = (a: Effect, b: Effect): Effect => (effects.indexOf(b) > effects.indexOf(a) ? b : a);
