import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOlder, minorsBetween } from '../contract/kubernetes-version.ts';
import { seededRandom } from '../simulation/seeded-random.sample.ts';
import {
  type SeenControlPlane,
  type SeenDeployment,
  type SeenVersions,
  planVersions,
} from './plan-versions.ts';

const [v34, v35, v36, v37, v38] = ['v1.34.4', 'v1.35.4', 'v1.36.3', 'v1.37.2', 'v1.38.0'] as const;

const controlPlane = (version: string, state: SeenControlPlane['state'] = 'settled'): SeenControlPlane => ({
  ...{ version, state },
});

/** A MachineDeployment: `!` after its version means that it is upgrading. */
const pool = (name: string, version?: string, wish?: 'defer' | 'hold'): SeenDeployment => ({
  ...{ name, wish },
  version: version?.replace('!', ''),
  isUpgrading: version?.endsWith('!') ?? false,
});

const seen = (change: Partial<SeenVersions>): SeenVersions => ({
  ...{ wanted: v36, steps: [], controlPlane: undefined, deployments: [], concurrency: 1 },
  ...change,
});

describe('planVersions', () => {
  const cases: readonly (readonly [
    string,
    Partial<SeenVersions>,
    controlPlane: string,
    deployments: Readonly<Record<string, string>>,
    progress: string,
  ])[] = [
    [
      'all of a new cluster has the version at once',
      { deployments: [pool('a'), pool('b')] },
      v36,
      { a: v36, b: v36 },
      'done',
    ],
    [
      'the control plane is the first',
      { controlPlane: controlPlane(v35), deployments: [pool('a', v35), pool('b', v35)] },
      v36,
      { a: v35, b: v35 },
      'upgrading, pending a b',
    ],
    [
      'one that comes up or is scaled waits',
      { controlPlane: controlPlane(v35, 'busy'), deployments: [pool('a', v35)] },
      v35,
      { a: v35 },
      'pending, pending a',
    ],
    [
      'it waits for workers that are being upgraded',
      { controlPlane: controlPlane(v35), deployments: [pool('a', `${v35}!`)] },
      v35,
      { a: v35 },
      'pending, upgrading a, pending a',
    ],
    [
      'workers wait until it is upgraded',
      { controlPlane: controlPlane(v36, 'upgrading'), deployments: [pool('a', v35)] },
      v36,
      { a: v35 },
      'upgrading, pending a',
    ],
    [
      'then the first workers follow',
      { controlPlane: controlPlane(v36), deployments: [pool('a', v35), pool('b', v35)] },
      v36,
      { a: v36, b: v35 },
      'done, upgrading a, pending b',
    ],
    [
      'the next ones when those are done',
      { controlPlane: controlPlane(v36), deployments: [pool('a', `${v36}!`), pool('b', v35)] },
      v36,
      { a: v36, b: v35 },
      'done, upgrading a, pending b',
    ],
    [
      'as many at once as allowed',
      {
        controlPlane: controlPlane(v36),
        deployments: [pool('a', v35), pool('b', v35), pool('c', v35)],
        concurrency: 2,
      },
      v36,
      { a: v36, b: v36, c: v35 },
      'done, upgrading a b, pending c',
    ],
    [
      'deferred ones are passed over',
      { controlPlane: controlPlane(v36), deployments: [pool('a', v35, 'defer'), pool('b', v35)] },
      v36,
      { a: v35, b: v36 },
      'done, upgrading b, deferred a',
    ],
    [
      'held ones hold up those after them',
      { controlPlane: controlPlane(v36), deployments: [pool('a', v35, 'hold'), pool('b', v35)] },
      v36,
      { a: v35, b: v35 },
      'done, deferred a b',
    ],
    [
      'new workers wait while it is upgraded',
      { controlPlane: controlPlane(v36, 'upgrading'), deployments: [pool('a')] },
      v36,
      {},
      'upgrading, uncreated a',
    ],
    [
      'new workers come while it is scaled',
      { controlPlane: controlPlane(v36, 'busy'), deployments: [pool('a')] },
      v36,
      { a: v36 },
      'done',
    ],
    [
      'several minor versions go by the newest step of each',
      {
        wanted: v38,
        steps: [v36, 'v1.36.1', v37],
        controlPlane: controlPlane(v35),
        deployments: [pool('a', v35)],
      },
      v36,
      { a: v35 },
      'upgrading, pending a',
    ],
    [
      'workers follow on the way where they would be too old otherwise',
      { wanted: v38, steps: [v35, v36, v37], controlPlane: controlPlane(v37), deployments: [pool('a', v34)] },
      v37,
      { a: v37 },
      'pending, upgrading a',
    ],
  ];
  for (const [name, change, version, deployments, progress] of cases)
    test(name, () => {
      const plan = planVersions(seen(change));
      assert.equal(plan.controlPlane, version);
      assert.deepEqual(Object.fromEntries(plan.deployments), deployments);
      const { controlPlane: first, ...others } = plan.progress;
      const told = Object.entries(others).filter(([, names]) => names.length > 0);
      assert.equal(
        [first, ...told.map(([what, names]) => `${what} ${names.join(' ')}`)].join(', '),
        progress,
      );
    });

  test('what cannot be is told', () => {
    assert.throws(
      () => planVersions(seen({ controlPlane: controlPlane(v37) })),
      /cannot go back to v1\.36\.3/,
    );
    assert.throws(
      () => planVersions(seen({ wanted: v38, controlPlane: controlPlane(v36) })),
      /upgrade to a version v1\.37 first/,
    );
  });
});

for (let seed = 1; seed <= 50; seed += 1)
  test(`an upgrade ends, whatever takes how long, and no version is too far from another (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const steps = [v34, v35, v36, v37, v38];
    const concurrency = 1 + Math.floor(random() * 3);
    let first: SeenControlPlane = controlPlane(v34);
    let pools: readonly SeenDeployment[] = ['a', 'b', 'c', 'd'].map((name) => pool(name, v34));
    const isDone = (): boolean =>
      first.version === v38 &&
      first.state === 'settled' &&
      pools.every(({ version, isUpgrading }) => version === v38 && !isUpgrading);
    let rounds = 0;
    for (; !isDone(); rounds += 1) {
      assert.ok(rounds < 1_000, 'it never ends');
      const plan = planVersions({ wanted: v38, steps, controlPlane: first, deployments: pools, concurrency });
      if (plan.controlPlane !== first.version) {
        assert.equal(minorsBetween(plan.controlPlane, first.version), 1);
        assert.ok(pools.every(({ isUpgrading }) => !isUpgrading));
        first = controlPlane(plan.controlPlane, 'upgrading');
      } else if (random() < 0.3) first = controlPlane(first.version);
      pools = pools.map((each): SeenDeployment => {
        const version = plan.deployments.get(each.name)!;
        if (version !== each.version) return { ...each, version, isUpgrading: true };
        return random() < 0.3 ? { ...each, isUpgrading: false } : each;
      });
      assert.ok(pools.filter(({ isUpgrading }) => isUpgrading).length <= concurrency);
      for (const { version } of pools) {
        assert.ok(!isOlder(first.version, version!), 'workers are never newer');
        assert.ok(minorsBetween(first.version, version!) <= 3, 'nor too old');
      }
    }
  });
