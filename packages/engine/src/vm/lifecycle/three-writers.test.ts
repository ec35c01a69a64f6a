import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { changeVm, getVm } from '../../tools/store/vm-objects.ts';
import type { VmPorts } from '../vm-ports.ts';
import { pauseVm, resumeVm, suspendVm } from './pause-vm.ts';
import { reconcileUnlessBusy } from './reconcile-unless-busy.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { reconciled, startVm, writeWish } from './start-vm.ts';
import { type World, actor, uid, worldOf } from './world.sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'three-writers-'));
after(() => rmSync(dir, { recursive: true }));

const sequences = Number(process.env['IGNITE_WISH_SEQUENCES'] ?? 40);
const wishesOfEach = 6;
/** The time that the controller leaves to whoever waits for the VM's lock, and polls for it. */
const leewayMs = 25;
const op = { signal: new AbortController().signal, report: (): void => {} };

type Random = () => number;
/** Lehmer's generator gives the same sequence for the same seed. */
const randomOf = (seed: number): Random => {
  let state = (seed * 48_271 + 1) % 2_147_483_647;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};
const oneOf = <T>(choices: readonly T[], random: Random): T =>
  choices[Math.floor(random() * choices.length)]!;

type Writer = (host: VmPorts, random: Random) => Promise<void>;

/** As "ignite start", "stop", "restart", "pause", "suspend" and "resume" do. */
const commands: Writer = async (host, random) => {
  const verbs: readonly ((vm: Vm) => Promise<Vm>)[] = [
    (vm) => startVm(vm, {}, host, op),
    (vm) => startVm(vm, { restart: true, graceMs: 0 }, host, op),
    async (vm) =>
      await reconciled(await writeWish(vm, { power: 'Stopped' }, host), { graceMs: 60 }, host, op),
    (vm) => pauseVm(vm, host, op),
    (vm) => suspendVm(vm, host, op),
    (vm) => startVm(vm, { cold: true }, host, op),
    (vm) => resumeVm(vm, host, op),
  ];
  await withVmLocked(uid, host, op.signal, oneOf(verbs, random));
};

const powers = ['Running', 'Stopped', 'Paused', 'Suspended'] as const;

/** As GitOps does: it writes the whole wish at once, and reconciles. */
const git: Writer = async (host, random) => {
  await write(oneOf(powers, random), random() < 0.3, host);
  await reconcileVm(uid, { graceMs: 60 }, host, op);
};

/** As somebody does who has a client of the API: the controller sees to the rest. */
const api: Writer = async (host, random) => await write(oneOf(powers, random), random() < 0.3, host);

async function write(power: VmSpec['power'], restarts: boolean, host: VmPorts): Promise<void> {
  await changeVm(
    host.objects,
    await getVm(host.objects, { namespace: 'default', name: 'web' }),
    ({ spec, metadata: { annotations } }) => ({
      spec: { ...spec, power },
      annotations: {
        ...annotations,
        ...(restarts && { [restartedAtAnnotation]: new Date(host.clock.now()).toISOString() }),
      },
    }),
  );
}

/** Expresses wishes one after the other. What a command refuses, such as to pause a VM that is down, is no wish. */
async function express(writer: Writer, host: VmPorts, random: Random): Promise<void> {
  for (let left = wishesOfEach; left > 0; left--) {
    for (let turns = Math.floor(random() * 30); turns > 0; turns--) await turn();
    await actor
      .run('writer', () => writer(host, random))
      .catch((failure: unknown) => {
        if (failure instanceof assert.AssertionError) throw failure;
      });
  }
}

/** Reconciles as the controller does, until `isOver` and nothing is left to do. */
async function control(host: VmPorts, world: World, isOver: () => boolean): Promise<void> {
  for (let [quiet, rounds] = [0, 0]; quiet < 2;) {
    const wasOver = isOver();
    if (wasOver) rounds += 1;
    assert.ok(
      rounds < 100,
      `the controller finds no end: ${JSON.stringify(await getVm(host.objects, { namespace: 'default', name: 'web' }))}`,
    );
    const outcome = await actor
      .run('controller', () => reconcileUnlessBusy(uid, host, op))
      .catch((failure: unknown) => {
        if (!hasCode(failure, 'SUSPEND_FAILED')) throw failure;
        return undefined; // the controller's queue tries again
      });
    if (outcome?.requeueAfterMs !== undefined) world.nowMs += outcome.requeueAfterMs;
    quiet = wasOver && outcome && outcome.requeueAfterMs === undefined ? quiet + 1 : 0;
    await delay(wasOver ? 0 : leewayMs);
  }
}

/** Ends the guest now and then, as a program that fails does. */
async function misfortune(world: World, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    for (let turns = 20 + Math.floor(random() * 80); turns > 0; turns--) await turn();
    if (!isOver() && world.sandbox.state === 'running' && !world.isPaused)
      world.sandbox = { state: 'exited', exitCode: 1 };
  }
}

/**
 * The wishes that come last, in turn. The writers do not end in each power state by themselves, least of all suspended: for
 * that a VM must be up when the wish comes, and which wish finds it so depends on the time that everything takes.
 */
const lastWords: readonly ((host: VmPorts) => Promise<void>)[] = [
  async () => {},
  ...powers.map((power) => (host: VmPorts) => write(power, false, host)),
  (host) =>
    withVmLocked(uid, host, op.signal, async (vm) => {
      await suspendVm(await startVm(vm, {}, host, op), host, op);
    }),
];

test('whatever three writers wish in whatever order, the world ends as the last wish says', async () => {
  const seen = new Set<string>();
  let suspended = 0;
  for (let seed = 1; seed <= sequences; seed++) {
    const random = randomOf(seed);
    const { host, world } = await worldOf(random, dir);
    let [isCalm, isOver] = [false, false];
    const everything = [commands, git, api].map((writer) => express(writer, host, random));
    const others = [control(host, world, () => isOver), misfortune(world, random, () => isCalm)];
    try {
      await Promise.all(everything);
      isCalm = true;
      world.faults = 0;
      world.nowMs += 1; // a wish is another one if its time is
      await actor.run('writer', () => lastWords[seed % lastWords.length]!(host));
    } finally {
      isCalm = true;
      isOver = true;
    }
    await Promise.all(others);
    const { spec, status } = await getVm(host.objects, { namespace: 'default', name: 'web' });
    const told = `seed ${seed}: ${JSON.stringify({ power: spec.power, status, world })}`;
    seen.add(spec.power);
    const isUp = spec.power === 'Running' || spec.power === 'Paused';
    const isSuspended = status.phase === 'Suspended';
    if (isSuspended) suspended += 1;
    assert.equal(world.sandbox.state, isUp ? 'running' : 'absent', told);
    assert.equal(world.network.state, isUp || isSuspended ? 'attached' : 'absent', told);
    assert.equal(world.isPaused, spec.power === 'Paused', told);
    const down = ['Stopped', 'Created', 'Failed'];
    const phases = isUp ? [spec.power] : spec.power === 'Suspended' ? ['Suspended', ...down] : down;
    assert.ok(phases.includes(status.phase), told);
  }
  assert.equal(seen.size, 4, 'the sequences end in each power state');
  assert.ok(suspended > 0, 'some VMs end suspended');
});
