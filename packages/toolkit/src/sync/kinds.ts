import { hasExactlyOne } from '../schema/exactly-one.ts';
import { described } from '../schema/described.ts';
import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import type { Condition } from '../object/condition.ts';
import { durationSchema } from '../units/duration.ts';
import type { FieldChange } from '../diff/field-change.ts';
import type { HealthState } from '../apply/actuator.ts';
import { allowSchema } from '../allowance/allow-spec.ts';
import { isDnsLabel } from '../object/name.ts';
import type { ObjectKey } from '../object/object-key.ts';
import type { InventoryEntry } from '../apply/action.ts';

export const gitopsApiVersion = 'gitops.weave.works/v1';

const path = v.pipe(v.string(), v.regex(/^\//, 'must be an absolute path'));
const webUrl = v.pipe(
  v.string(),
  v.regex(
    /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$))/,
    'must be https, or http on this host',
  ),
);
const text = v.pipe(v.string(), v.nonEmpty());

export const gitSourceSpecSchema = v.strictObject({
  url: text,
  ref: described(
    'The most specific field is used: commit, name, semver, tag, branch. By default the default branch.',
    v.optional(
      v.strictObject({
        branch: v.optional(text),
        tag: v.optional(text),
        semver: v.optional(text),
        name: v.optional(text),
        commit: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, 'must be a full commit hash'))),
      }),
      {},
    ),
  ),
  timeout: v.optional(durationSchema, '1m'),
  auth: described(
    'Credentials, which are kept in files on the host.',
    v.optional(
      v.strictObject({
        identityFile: v.optional(path),
        knownHostsFile: v.optional(path),
        username: v.optional(text),
        passwordFile: v.optional(path),
        caFile: v.optional(path),
        certFile: v.optional(path),
        keyFile: v.optional(path),
        proxy: v.optional(text),
      }),
      {},
    ),
  ),
  verify: described(
    'Files with public keys; the commit must be signed by one of them.',
    v.optional(v.strictObject({ keyFiles: v.pipe(v.array(path), v.minLength(1)) })),
  ),
  submodules: v.optional(v.boolean(), false),
});
export type GitSourceSpec = v.InferOutput<typeof gitSourceSpecSchema>;

const isPattern = (pattern: string): boolean => {
  try {
    return RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
};

/** Where a Sync gets its objects from. */
type SyncSource =
  { readonly gitSource: string } | { readonly directory: string } | { readonly ociArtifact: string };

const sourceSchema = v.pipe(
  v.strictObject({
    gitSource: v.optional(text),
    directory: v.optional(path),
    ociArtifact: v.optional(text),
  }),
  v.check(
    (source) => hasExactlyOne(source, ['gitSource', 'directory', 'ociArtifact']),
    'must have exactly one of gitSource, directory, ociArtifact',
  ),
  v.transform((source) => source as SyncSource),
);

export const syncSpecSchema = v.strictObject({
  source: described(
    'GitSource by name, directory of the host, or OCI artifact in the notation of skopeo.',
    sourceSchema,
  ),
  path: described('Directory of the source to use.', v.optional(text, '.')),
  cluster: described(
    'Cluster to apply the objects to, by the kubeconfig in the Secret `NAME-kubeconfig` of the namespace; by default they are objects of Ignite.',
    v.optional(v.pipe(v.string(), v.check(isDnsLabel, 'must be the name of a cluster'))),
  ),
  allow: described(
    'What the source may declare and use on the host; the source itself cannot change this.',
    v.optional(allowSchema, {}),
  ),
  interval: v.optional(durationSchema, '30s'),
  suspend: v.optional(v.boolean(), false),
  approval: described(
    'With `manual`, nothing is done until the revision is confirmed.',
    v.optional(v.picklist(['automatic', 'manual']), 'automatic'),
  ),
  concurrency: described(
    'Number of objects to change in parallel.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 4),
  ),
  prune: v.optional(v.boolean(), true),
  pruneLimitPercent: described(
    'If at least three objects and more than this percentage of the applied ones would be pruned at once, someone must confirm it.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 50),
  ),
  deletionPolicy: described(
    'What happens to the objects when the Sync is removed.',
    v.optional(v.picklist(['Orphan', 'Delete']), 'Orphan'),
  ),
  drift: v.optional(v.picklist(['repair', 'report', 'ignore']), 'repair'),
  replace: v.optional(v.picklist(['allowed', 'forbidden']), 'forbidden'),
  adopt: v.optional(v.boolean(), false),
  unknownKinds: v.optional(v.picklist(['refuse', 'ignore']), 'refuse'),
  variables: v.optional(v.record(v.string(), v.pipe(v.string(), v.regex(/^[^\n\r]*$/, 'must be one line')))),
  dependsOn: described('Other Syncs that must be Ready first.', v.optional(v.array(text), [])),
  nodeSelector: described(
    'Labels that a host must have to run this Sync.',
    v.optional(v.record(v.string(), v.string()), {}),
  ),
  wait: v.optional(v.boolean(), true),
  timeout: v.optional(durationSchema, '5m'),
  pin: described(
    'Commit to stay at, regardless of the source; set by a rollback.',
    v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, 'must be a full commit hash'))),
  ),
  notify: described(
    'Receivers of notifications about changes, or only about failures.',
    v.optional(
      v.array(
        v.strictObject({
          url: webUrl,
          secretFile: v.optional(path),
          on: v.optional(v.picklist(['change', 'failure']), 'change'),
        }),
      ),
      [],
    ),
  ),
  commitStatus: described(
    'Reports commits to the Git forge as applied or failed.',
    v.optional(
      v.strictObject({
        provider: v.picklist(['github', 'gitlab', 'gitea']),
        url: described('API URL of the repository, such as `https://api.github.com/repos/o/r`.', webUrl),
        tokenFile: path,
      }),
    ),
  ),
  imageUpdates: described(
    'Updates images in the manifests, by commits to a branch.',
    v.optional(
      v.strictObject({
        branch: text,
        interval: v.optional(durationSchema, '10m'),
        images: v.array(
          v.strictObject({
            repository: text,
            semver: v.optional(text),
            pattern: v.optional(v.pipe(v.string(), v.check(isPattern, 'must be a regular expression'))),
            digest: v.optional(v.boolean(), false),
          }),
        ),
        signingKeyFile: described('SSH private key to sign commits with.', v.optional(path)),
      }),
    ),
  ),
  statusBranch: v.optional(
    v.strictObject({
      name: text,
      mode: v.optional(v.picklist(['branch', 'pull-request', 'notes']), 'branch'),
      signingKeyFile: described('SSH private key to sign commits with.', v.optional(path)),
    }),
  ),
});
export type SyncSpec = v.InferOutput<typeof syncSpecSchema>;

export interface HistoryEntry {
  readonly revision: string;
  /** The time of the entry (RFC 3339). */
  readonly time: string;
  readonly durationMs: number;
  readonly outcome: 'Succeeded' | 'Failed';
  readonly message: string;
}

/** The report of one object as it was last observed: what is wanted, and whether it is so. */
export interface ObjectReport extends ObjectKey {
  readonly state: 'Synced' | 'Held' | 'Failed' | 'Skipped' | 'Refused';
  /** Set if the object is refused because its Sync does not allow it. */
  readonly reason?: 'NotAllowed';
  readonly health: HealthState;
  /** The differences that were found when the object was last observed. */
  readonly changes?: readonly FieldChange[];
  readonly message?: string;
}

export interface SyncStatus {
  readonly observedGeneration?: number;
  readonly conditions: readonly Condition[];
  /** The revision that is being applied. */
  readonly applyingRevision?: string;
  /** The revision that was applied or failed last. */
  readonly lastAttemptedRevision?: string;
  /** The revision of which `objects` and `problems` tell: the last one of which a plan could be made. */
  readonly reportedRevision?: string;
  /** The revision that was last applied as a whole. */
  readonly lastAppliedRevision?: string;
  readonly lastHandledReconcileAt?: string;
  readonly inventory: readonly InventoryEntry[];
  /** The place that declared the inventory, as `sourcePlace` names it. */
  readonly place?: string;
  /** The target that has the objects of the inventory, as `SyncTarget.id` names it. */
  readonly target?: string;
  readonly objects: readonly ObjectReport[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  /** The history of the Sync, newest entry first. */
  readonly history: readonly HistoryEntry[];
}

export interface GitSourceObject extends KubeObject {
  readonly kind: 'GitSource';
  readonly spec: GitSourceSpec;
}

export interface SyncObject extends KubeObject {
  readonly kind: 'Sync';
  readonly spec: SyncSpec;
  readonly status: SyncStatus;
}

export const initialSyncStatus: SyncStatus = {
  conditions: [],
  inventory: [],
  objects: [],
  problems: [],
  history: [],
};

/** Requests a reconciliation now. Its value is then recorded as `lastHandledReconcileAt`. */
export const requestedAtAnnotation = 'gitops.weave.works/requested-at';
/** The revision for which someone has confirmed that objects which are gone from it may be pruned. */
export const confirmedRevisionAnnotation = 'gitops.weave.works/confirmed-revision';
