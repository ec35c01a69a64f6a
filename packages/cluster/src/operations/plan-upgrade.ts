import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { isOlder, minorOf, minorsBetween } from '../contract/kubernetes-version.ts';

export type UpgradeErrorCode = 'CLUSTER_UPGRADE_REFUSED';

/** The versions of a cluster: of its control plane, and of each group of workers. */
export interface ClusterVersions {
  readonly controlPlane: string;
  readonly workers: readonly { readonly name: string; readonly version: string }[];
}

/** A kubelet may be older than its API server by so many minor versions (Kubernetes' version skew policy). */
const oldestKubelet = 3;

/**
 * Pure. Refuses an upgrade that Kubernetes does not support.
 * @throws CodedError CLUSTER_UPGRADE_REFUSED
 */
export function assertUpgrade({ controlPlane, workers }: ClusterVersions, version: string): void {
  const refuse = (what: string, hint: string): CodedError<UpgradeErrorCode> =>
    new CodedError('CLUSTER_UPGRADE_REFUSED', what, { hint });
  if (isOlder(version, controlPlane))
    throw refuse(
      `${version} is older than the control plane, which has ${controlPlane}`,
      'clusters cannot be downgraded: restore a backup into a new cluster instead',
    );
  if (minorsBetween(version, controlPlane) > 1) {
    const { major, minor } = minorOf(controlPlane)!;
    throw refuse(
      `${version} would skip a minor version: the control plane has ${controlPlane}`,
      `upgrade to a version v${major}.${minor + 1} first`,
    );
  }
  const old = workers.find((each) => minorsBetween(version, each.version) > oldestKubelet);
  if (old)
    throw refuse(
      `the workers ${old.name} have ${old.version}, which cannot work with a control plane of ${version}`,
      `upgrade them first: run "ignite cluster upgrade" with ${controlPlane}`,
    );
}

/**
 * Pure. Returns the image of a node of another version of Kubernetes, if the name of the image says for which version it
 * is; `undefined` otherwise.
 */
export function imageFor(image: string, from: string, to: string): string | undefined {
  const [bareFrom, bareTo] = [from, to].map((version) => version.replace(/^v/, '')) as [string, string];
  const at = image.lastIndexOf(bareFrom);
  if (at === -1 || /[\d.]$/.test(image.slice(0, at)) || /^\d/.test(image.slice(at + bareFrom.length)))
    return undefined;
  return `${image.slice(0, at)}${bareTo}${image.slice(at + bareFrom.length)}`;
}
