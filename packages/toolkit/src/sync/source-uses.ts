import { type EachField, findInFields, nothing } from '../schema/each-field.ts';
import type { HostUse, HostUses } from '../allowance/host-use.ts';
import { kubeconfigName } from './kubeconfig-name.ts';
import type { GitSourceSpec, SyncSpec } from './kinds.ts';

type Fields<T> = EachField<T, HostUse>;
type Item<List> = List extends readonly (infer One)[] ? One : never;

/** Pure. Finds the uses of the host in GitSources and Syncs. */
export const sourceUses: HostUses = {
  GitSource: ({ spec }) => findInFields(spec as GitSourceSpec, ofGitSource, 'spec'),
  Sync: ({ spec, metadata }) => {
    const { cluster } = spec as SyncSpec;
    const uses = findInFields(spec as SyncSpec, ofSync(metadata.namespace, spec as SyncSpec), 'spec');
    // What is applied to a cluster uses nothing of the host, whatever is allowed.
    return cluster === undefined ? uses : uses.filter(({ field }) => field !== 'spec.allow');
  },
};

const readFile = (path: string, field: string): readonly HostUse[] => [
  { kind: 'path', path, access: 'read', field },
];

const ofAuth: Fields<GitSourceSpec['auth']> = {
  identityFile: readFile,
  knownHostsFile: readFile,
  username: nothing,
  passwordFile: readFile,
  caFile: readFile,
  certFile: readFile,
  keyFile: readFile,
  proxy: nothing,
};

const ofGitSource: Fields<GitSourceSpec> = {
  // Status and image updates are pushed to it too.
  url: (url, field) => {
    const [, path] = /^(?:file:\/\/)?(\/.*)$/s.exec(url) ?? [];
    return path === undefined ? [] : [{ kind: 'path', path, access: 'write', field }];
  },
  ref: nothing,
  timeout: nothing,
  auth: (auth, field) => findInFields(auth, ofAuth, field),
  verify: ({ keyFiles }, field) => keyFiles.flatMap((file) => readFile(file, field)),
  submodules: nothing,
};

const ofNotification: Fields<Item<SyncSpec['notify']>> = { url: nothing, secretFile: readFile, on: nothing };

const ofCommitStatus: Fields<NonNullable<SyncSpec['commitStatus']>> = {
  provider: nothing,
  url: nothing,
  tokenFile: readFile,
};

const ofImageUpdates: Fields<NonNullable<SyncSpec['imageUpdates']>> = {
  branch: nothing,
  interval: nothing,
  images: nothing,
  signingKeyFile: readFile,
};

const ofStatusBranch: Fields<NonNullable<SyncSpec['statusBranch']>> = {
  name: nothing,
  mode: nothing,
  signingKeyFile: readFile,
};

/** Whoever changes this decides what is done with the rights of the kubeconfig of a cluster. */
const whatIsApplied = ({ source, path, variables, pin, allow }: SyncSpec): string =>
  JSON.stringify([source, path, variables, pin, allow.kinds]);

const ofSync = (namespace: string, spec: SyncSpec): Fields<SyncSpec> => ({
  source: (source, field) => {
    if ('gitSource' in source)
      return [{ kind: 'object', key: { kind: 'GitSource', namespace, name: source.gitSource }, field }];
    if ('directory' in source) return readFile(source.directory, field);
    const [, path] = /^oci:([^:]+)/.exec(source.ociArtifact) ?? [];
    return path === undefined ? [] : readFile(path, field);
  },
  path: nothing,
  cluster: (cluster, field) => [
    {
      kind: 'object',
      key: { kind: 'Secret', namespace, name: kubeconfigName(cluster) },
      madeFor: { kind: 'Cluster', namespace, name: cluster },
      work: whatIsApplied(spec),
      field,
    },
  ],
  allow: (allow, field) => [
    { kind: 'allowance', allow, field },
    ...allow.hostPaths.map((path): HostUse => ({ kind: 'path', path, access: 'write', field })),
    ...allow.files.flatMap((path) => readFile(path, field)),
  ],
  interval: nothing,
  suspend: nothing,
  approval: nothing,
  concurrency: nothing,
  prune: nothing,
  pruneLimitPercent: nothing,
  deletionPolicy: nothing,
  drift: nothing,
  replace: nothing,
  adopt: nothing,
  unknownKinds: nothing,
  variables: nothing,
  dependsOn: nothing,
  nodeSelector: nothing,
  wait: nothing,
  timeout: nothing,
  pin: nothing,
  notify: (notifications, field) =>
    notifications.flatMap((each) => findInFields(each, ofNotification, field)),
  commitStatus: (status, field) => findInFields(status, ofCommitStatus, field),
  imageUpdates: (updates, field) => findInFields(updates, ofImageUpdates, field),
  statusBranch: (branch, field) => findInFields(branch, ofStatusBranch, field),
});
