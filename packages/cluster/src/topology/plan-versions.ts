import { isOlder, minorOf, minorsBetween, oldestKubelet } from '../contract/kubernetes-version.ts';
import { TopologyProblem } from './topology-problem.ts';

/** What decides when which part of a cluster gets which version. */
export interface SeenVersions {
  /** The version that the topology says. */
  readonly wanted: string;
  /** Versions that an upgrade over several minor versions goes through. */
  readonly steps: readonly string[];
  /** Absent while there is no control plane. */
  readonly controlPlane: SeenControlPlane | undefined;
  readonly deployments: readonly SeenDeployment[];
  /** The number of MachineDeployments that are upgraded at once. */
  readonly concurrency: number;
}

export interface SeenControlPlane {
  readonly version: string;
  /** `busy` while it comes up or is scaled. */
  readonly state: 'settled' | 'upgrading' | 'busy';
}

export interface SeenDeployment {
  readonly name: string;
  /** Absent while there is no such MachineDeployment. */
  readonly version: string | undefined;
  /** Whether some of its Machines do not have its version yet. */
  readonly isUpgrading: boolean;
  /** Whether its author has put off its upgrade, or also that of those after it. */
  readonly wish: 'defer' | 'hold' | undefined;
}

export interface VersionPlan {
  readonly controlPlane: string;
  /** The versions of MachineDeployments by name. Those that are missing are created later. */
  readonly deployments: ReadonlyMap<string, string>;
  readonly progress: UpgradeProgress;
}

/** How far an upgrade is. */
export interface UpgradeProgress {
  readonly controlPlane: 'upgrading' | 'pending' | 'done';
  readonly upgrading: readonly string[];
  readonly pending: readonly string[];
  readonly deferred: readonly string[];
  readonly uncreated: readonly string[];
}

/**
 * Pure. Plans which part of a cluster gets which version now: the control plane first, one minor version at a time, and
 * MachineDeployments when it is settled, one after the other.
 * @throws TopologyProblem
 */
export function planVersions(seen: SeenVersions): VersionPlan {
  const { wanted, controlPlane: current, deployments } = seen;
  const existing = deployments.filter(({ version }) => version !== undefined);
  const next = current ? nextOfControlPlane(seen, current) : wanted;
  const isSettled = current === undefined || (next === current.version && current.state === 'settled');
  // Workers follow when the control plane has arrived, or when it cannot go on before they have followed.
  const mayFollow = isSettled && (next === wanted || isHeldUp(seen, next));
  const upgrading = existing.filter(({ isUpgrading }) => isUpgrading).map(({ name }) => name);
  const pending: string[] = [];
  const deferred: string[] = [];
  const versions = new Map<string, string>();
  let isHeld = false;
  for (const { name, version, wish, isUpgrading } of deployments) {
    if (version === undefined) continue;
    versions.set(name, version);
    if (version === next || isUpgrading) {
      if (next !== wanted && version === next) pending.push(name);
      continue;
    }
    isHeld ||= wish === 'hold';
    if (isHeld || wish === 'defer') deferred.push(name);
    else if (!mayFollow || upgrading.length >= seen.concurrency) pending.push(name);
    else {
      versions.set(name, next);
      upgrading.push(name);
    }
  }
  const missing = deployments.filter(({ version }) => version === undefined).map(({ name }) => name);
  const mayCreate =
    current === undefined || (current.version === wanted && next === wanted && current.state !== 'upgrading');
  if (mayCreate) for (const name of missing) versions.set(name, next);
  return {
    controlPlane: next,
    deployments: versions,
    progress: {
      controlPlane: progressOfControlPlane(wanted, current, next),
      ...{ upgrading, pending, deferred },
      uncreated: mayCreate ? [] : missing,
    },
  };
}

function progressOfControlPlane(
  wanted: string,
  current: SeenControlPlane | undefined,
  next: string,
): UpgradeProgress['controlPlane'] {
  if (!current) return 'done';
  if (next !== current.version || current.state === 'upgrading') return 'upgrading';
  return current.version === wanted ? 'done' : 'pending';
}

/** The control plane waits until nothing else of the cluster changes its version. */
function nextOfControlPlane(seen: SeenVersions, { version, state }: SeenControlPlane): string {
  const { wanted, deployments } = seen;
  if (version === wanted) return version;
  if (isOlder(wanted, version))
    throw new TopologyProblem([`the control plane has ${version}, and cannot go back to ${wanted}`]);
  const next = nextStep(seen, version);
  if (state !== 'settled' || deployments.some(({ isUpgrading }) => isUpgrading)) return version;
  return isHeldUp(seen, version) ? version : next;
}

/** Tells whether workers are so old that a control plane cannot go on without them. */
function isHeldUp(seen: SeenVersions, version: string): boolean {
  if (version === seen.wanted) return false;
  const next = nextStep(seen, version);
  return seen.deployments.some(
    (each) => each.version !== undefined && minorsBetween(next, each.version) > oldestKubelet,
  );
}

/** Returns the newest version of the next minor version, or else the wanted one. */
function nextStep({ wanted, steps }: SeenVersions, version: string): string {
  if (minorsBetween(wanted, version) <= 1) return wanted;
  const found = steps
    .filter((each) => minorsBetween(each, version) === 1 && isOlder(each, wanted))
    .reduce<string | undefined>(
      (newest, each) => (newest && isOlder(each, newest) ? newest : each),
      undefined,
    );
  if (found !== undefined) return found;
  const { major, minor } = minorOf(version)!;
  throw new TopologyProblem([
    `the control plane has ${version} and cannot skip a minor version: upgrade to a version v${major}.${minor + 1} first, or name one in kubernetesVersions of the class`,
  ]);
}
