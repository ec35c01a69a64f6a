import * as v from 'valibot';

/** What may follow is that of semantic versions alone: versions are written into commands and configurations. */
const pattern = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+][0-9A-Za-z.+-]*)?$/;

/** The schema of a version of Kubernetes. The `v` in front is added where it is missing. */
export const kubernetesVersionSchema = v.pipe(
  v.string(),
  v.regex(pattern, 'must be a version such as v1.35.4'),
  v.transform((text) => (text.startsWith('v') ? text : `v${text}`)),
);

export interface MinorVersion {
  readonly major: number;
  readonly minor: number;
}

/** Pure. Returns the minor version in a version such as `v1.35.4`; `undefined` if it is none. */
export function minorOf(version: string): MinorVersion | undefined {
  const [, major, minor] = pattern.exec(version) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** Pure. Returns by how many minor versions `version` is newer than `other`; it is negative if it is older. */
export function minorsBetween(version: string, other: string): number {
  const [a, b] = [minorOf(version), minorOf(other)];
  if (!a || !b) return 0;
  return a.major === b.major ? a.minor - b.minor : (a.major - b.major) * Number.POSITIVE_INFINITY;
}

/** A kubelet may be older than its API server by so many minor versions (Kubernetes' version skew policy). */
export const oldestKubelet = 3;

/** Pure. Tells whether a version is older than another one of the same form, patch versions included. */
export const isOlder = (version: string, other: string): boolean => {
  const [a = [], b = []] = [version, other].map((each) => pattern.exec(each)?.slice(1, 4).map(Number));
  const at = [0, 1, 2].find((each) => a[each] !== b[each]);
  return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
};

/** Pure. Tells whether a version is one of k3s, such as `v1.35.4+k3s1`. */
export const isOfK3s = (version: string): boolean => version.includes('+k3s');

/** Pure. Returns the oldest of some versions. */
export const oldestOf = (first: string, ...others: readonly string[]): string =>
  others.reduce((oldest, each) => (isOlder(each, oldest) ? each : oldest), first);

/** Pure. Tells whether kubeadm of a version reads the form v1beta4 of its documents. */
export const readsV1beta4 = (version: string): boolean => !isOlder(version, 'v1.31.0');

/** Pure. Returns the newest form of kubeadm's documents that kubeadm of a version reads. */
export const kubeadmApiVersion = (version: string): string =>
  `kubeadm.k8s.io/${readsV1beta4(version) ? 'v1beta4' : 'v1beta3'}`;
