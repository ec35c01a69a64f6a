import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { isOfK3s, isOlder, minorOf, minorsBetween, oldestOf } from '../contract/kubernetes-version.ts';
import { labels } from '../contract/names.ts';
import { contractOf } from '../contract/provider-object.ts';
import type { ClusterView } from './cluster-view.ts';

export type UpgradeErrorCode = 'CLUSTER_UPGRADE_REFUSED';

/** The versions of a cluster: of its control plane, and of each group of workers. */
export interface ClusterVersions {
  /** What the control plane is asked to have. */
  readonly controlPlane: string;
  /** The oldest that runs in it: an upgrade may have been cut off. */
  readonly running: string;
  readonly workers: readonly { readonly name: string; readonly version: string }[];
}

/** A kubelet may be older than its API server by so many minor versions (Kubernetes' version skew policy). */
const oldestKubelet = 3;

/** Pure. Returns the versions of a cluster, whose workers count with the oldest that they have. */
export function versionsOf(
  { controlPlane, deployments, machines }: ClusterView,
  otherwise: string,
): ClusterVersions {
  const { spec, status } = (controlPlane && contractOf(controlPlane)) ?? {};
  const wished = spec?.version ?? otherwise;
  return {
    controlPlane: wished,
    running: oldestOf(wished, ...(status?.versions ?? []).map(({ version }) => version)),
    workers: deployments.flatMap(({ metadata: { name }, spec: { template } }) => {
      const own = machines.filter(({ metadata }) => metadata.labels[labels.deployment] === name);
      const versions = [template, ...own].flatMap((each) => each.spec.version ?? []);
      const [first, ...others] = versions;
      return first === undefined ? [] : [{ name, version: oldestOf(first, ...others) }];
    }),
  };
}

/**
 * Pure. Refuses an upgrade that Kubernetes does not support.
 * @throws CodedError CLUSTER_UPGRADE_REFUSED
 */
export function assertUpgrade({ controlPlane, running, workers }: ClusterVersions, version: string): void {
  const refuse = (what: string, hint: string): CodedError<UpgradeErrorCode> =>
    new CodedError('CLUSTER_UPGRADE_REFUSED', what, { hint });
  if (isOfK3s(version) !== isOfK3s(controlPlane))
    throw refuse(
      `${version} is of another distribution than the control plane, which has ${controlPlane}`,
      'make a new cluster for another distribution',
    );
  if (isOlder(version, controlPlane))
    throw refuse(
      `${version} is older than the control plane, which has ${controlPlane}`,
      'clusters cannot be downgraded: restore a backup into a new cluster instead',
    );
  if (minorsBetween(version, running) > 1) {
    const { major, minor } = minorOf(running)!;
    throw refuse(
      `${version} would skip a minor version: the control plane has ${running}`,
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
  // A tag has no plus sign, so k3s has a dash in its place.
  const [bareFrom, bareTo] = [from, to].map((version) => version.replace(/^v/, '').replace('+', '-')) as [
    string,
    string,
  ];
  const at = image.lastIndexOf(bareFrom);
  if (at === -1 || /[\d.]$/.test(image.slice(0, at)) || /^\d/.test(image.slice(at + bareFrom.length)))
    return undefined;
  return `${image.slice(0, at)}${bareTo}${image.slice(at + bareFrom.length)}`;
}
