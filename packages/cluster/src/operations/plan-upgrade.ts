import { CodedError } from '@ignite/toolkit/errors/coded-error';
import {
  isOfK3s,
  isOlder,
  minorOf,
  minorsBetween,
  oldestKubelet,
  oldestOf,
} from '../contract/kubernetes-version.ts';
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
 * @param steps of a topology, the versions that its upgrades go through, in which its workers follow by themselves
 * @throws CodedError CLUSTER_UPGRADE_REFUSED
 */
export function assertUpgrade(
  { controlPlane, running, workers }: ClusterVersions,
  version: string,
  steps?: readonly string[],
): void {
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
  const skipped = skippedMinor(running, version, steps ?? []);
  if (skipped)
    throw refuse(
      `${version} would skip a minor version: the control plane has ${running}`,
      `upgrade to a version v${skipped} first${steps ? ', or name one in kubernetesVersions of the class' : ''}`,
    );
  if (steps) return;
  const old = workers.find((each) => minorsBetween(version, each.version) > oldestKubelet);
  if (old)
    throw refuse(
      `the workers ${old.name} have ${old.version}, which cannot work with a control plane of ${version}`,
      `upgrade them first: run "ignite cluster upgrade" with ${controlPlane}`,
    );
}

/** Returns the first minor version between two versions that no step has. */
function skippedMinor(running: string, version: string, steps: readonly string[]): string | undefined {
  const { major, minor } = minorOf(running)!;
  for (let next = 1; next < minorsBetween(version, running); next += 1)
    if (!steps.some((each) => minorsBetween(each, running) === next)) return `${major}.${minor + next}`;
  return undefined;
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
