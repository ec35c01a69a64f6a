import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { apiVersion } from '@ignite/api/v1/group';
import { restartedAtAnnotation } from '@ignite/api/v1/restarted-at';
import type { Vm } from '@ignite/api/v1/vm';
import { storePath } from '@ignite/engine/tools/host/paths';
import { isServed } from '@ignite/engine/tools/host/served-host';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import { busybox } from './fixtures/busybox.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { StillVms } from './fixtures/still-vms.ts';

/** The number of kills. If it is not given, as many as fit into the time. */
const points = Number(process.env['IGNITE_KILL_POINTS'] ?? 40);
const withinMs = process.env['IGNITE_KILL_POINTS'] === undefined ? 60_000 : Infinity;
const firstSeed = Number(process.env['IGNITE_KILL_SEED'] ?? 1);
const patienceMs = 300_000;
const pollMs = 50;
const name = 'still';
const newVm = ['busybox', '--name', name, '--memory', '128MB', '--', 'sleep', '1000'];
const key = { group: apiVersion.split('/')[0]!, kind: 'VM', namespace: 'default', name };

/** What is wanted of the one VM of a host; `undefined` if there is to be none. */
type World = { readonly power: 'Running' | 'Stopped'; readonly cpus: number } | undefined;

interface Act {
  /** The command line, or a wish for ignited. */
  readonly does: readonly string[] | 'wish';
  readonly world: World;
}

/** Returns the acts that are possible, each with the world that it leads to. */
function actsIn(world: World): readonly Act[] {
  if (world === undefined) {
    return [
      { does: ['create', ...newVm], world: { power: 'Stopped', cpus: 1 } },
      { does: ['run', ...newVm], world: { power: 'Running', cpus: 1 } },
    ];
  }
  const other = { ...world, power: world.power === 'Running' ? 'Stopped' : 'Running' } as const;
  const cpus = world.cpus === 1 ? 2 : 1;
  return [
    { does: 'wish', world: other },
    { does: ['rm', '-f', name], world: undefined },
    { does: ['start', name], world: { ...world, power: 'Running' } },
    ...(world.power === 'Running'
      ? ([
          { does: ['stop', name], world: other },
          { does: ['stop', '--time', '0', name], world: other },
          { does: ['restart', name], world },
          { does: ['update', name, '--cpus', String(cpus), '--restart-now'], world: { ...world, cpus } },
        ] as const)
      : []),
  ];
}

/** Lehmer's generator. */
function randomOf(seed: number): () => number {
  let state = (seed * 7_919 + 1) % 2_147_483_647;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A host with one VM, on which commands and ignited are killed. */
class KilledHost implements AsyncDisposable {
  readonly #ignite: Ignite;
  readonly #plain: Ignite;
  /** The time that each act takes, as far as is known. If it was killed, the time of what remained is part of it. */
  readonly #takesMs = new Map<string, number>();
  readonly #killedAtWork = new Map<string, number>();
  #world: World;

  private constructor(plain: Ignite, launcher: readonly string[]) {
    this.#plain = plain;
    this.#ignite = plain.through(launcher);
  }

  static async open(subnet: number, launcher: readonly string[]): Promise<KilledHost> {
    const plain = await Ignite.openWithKernel(subnet);
    await plain.ok('image', 'import', busybox);
    return new KilledHost(plain, launcher);
  }

  /** How often ignited, and each command, was killed before it had done what it was to do. */
  get killedAtWork(): ReadonlyMap<string, number> {
    return this.#killedAtWork;
  }

  /** Kills an act at a moment that follows from the seed, acts again, and checks that the world is as it is wanted. */
  async endure(seed: number): Promise<void> {
    const random = randomOf(seed);
    const isIgnited = random() < 0.5 && this.#world !== undefined;
    const acts = actsIn(this.#world).filter(({ does }) => (does === 'wish') === isIgnited);
    const act = acts[Math.floor(random() * acts.length)]!;
    const verb = act.does === 'wish' ? 'wish' : act.does[0]!;
    const afterMs = Math.round(random() * (this.#takesMs.get(verb) ?? 2_500));
    const what = `seed ${seed}: ${String(act.does)}, killed after ${afterMs} ms, of ${JSON.stringify(this.#world)}`;
    try {
      await (act.does === 'wish' ? this.#wish(act.world!, afterMs) : this.#command(act.does, afterMs));
      this.#world = act.world;
      await this.#until(() => this.#differences());
    } catch (failure) {
      console.error(what, failure); // cleaning up may take its time, or fail too
      throw new Error(`${what}: ${String(failure)}`, { cause: failure });
    }
  }

  /** Puts the one VM into the state of an update with a restart that was killed right after it was written. */
  async cutUpdateShort(): Promise<void> {
    await this.#ignite.ok('run', ...newVm);
    const { spec, status } = (await this.#vm())!;
    using store = openSqliteStore(storePath(this.#ignite.paths));
    await store.patch(key, {
      spec: { ...spec, cpus: 2 },
      status: { ...status, phase: 'Stopping', booted: spec, pending: ['spec.cpus'] },
      metadata: { annotations: { [restartedAtAnnotation]: new Date().toISOString() } },
    });
  }

  /** Acts, and checks that the one VM becomes what is wanted of it. */
  async act(args: readonly string[], world: World): Promise<void> {
    await this.#ignite.ok(...args);
    this.#world = world;
    await this.#until(() => this.#differences());
  }

  async #command(args: readonly string[], afterMs: number): Promise<void> {
    const verb = args[0]!;
    const { uid } = (await this.#vm())?.metadata ?? {};
    const killed = this.#ignite.start(args);
    const began = Date.now();
    await Promise.race([delay(afterMs), killed.ended]);
    killed.kill();
    const { code: killedCode } = await this.#soon(killed.ended, 'the killed command ends');
    if (killedCode === null) this.#count(verb);
    else this.#takesMs.set(verb, Date.now() - began);
    const again = Date.now();
    const { code, stderr } = await this.#soon(this.#ignite.run(...args), 'the command ends');
    if (killedCode === null) this.#takesMs.set(verb, afterMs + Date.now() - again);
    // What was made, or removed, before the kill, cannot be once more.
    const isMade = /^(create|run)$/.test(verb) && /already exists|is taken/.test(stderr);
    const isGone = verb === 'rm' && /no VM|not found|matches/.test(stderr);
    assert.ok(code === 0 || isMade || isGone, `exit ${code}: ${stderr}`);
    if (isMade && verb === 'run') await this.#ignite.ok('start', name);
    if (verb === 'rm') await this.#until(async () => this.#tracesOf(uid!));
  }

  /** Writes a wish while ignited is running, kills it, and starts it again. */
  async #wish({ power }: NonNullable<World>, afterMs: number): Promise<void> {
    const wanted = power === 'Running' ? ['Running'] : ['Stopped', 'Created'];
    const phase = async (): Promise<string> => (await this.#vm())!.status.phase;
    await using killed = await this.#ignited();
    await this.#writePower(power);
    await delay(afterMs);
    const isAtWork = !wanted.includes(await phase());
    await killed[Symbol.asyncDispose]();
    if (isAtWork) this.#count('ignited');
    await using again = await this.#ignited();
    const began = Date.now();
    await this.#until(async () => {
      const found = await phase();
      return wanted.includes(found) ? [] : [found, again.told()];
    });
    this.#takesMs.set('wish', isAtWork ? afterMs + Date.now() - began : afterMs);
    again.terminate();
    await this.#soon(again.ended, 'ignited ends');
  }

  #count(killed: string): void {
    this.#killedAtWork.set(killed, (this.#killedAtWork.get(killed) ?? 0) + 1);
  }

  /** Starts ignited, which is killed when disposed, and waits until it serves the host. */
  async #ignited(): Promise<Started & AsyncDisposable> {
    const service = this.#ignite.start(['gitops']);
    await this.#until(async () => (isServed(this.#ignite.paths) ? [] : ['it is not served', service.told()]));
    const dispose = async (): Promise<void> => {
      service.kill();
      await this.#soon(service.ended, 'ignited is gone');
    };
    return { ...service, [Symbol.asyncDispose]: dispose };
  }

  async #writePower(power: Vm['spec']['power']): Promise<void> {
    const { spec } = (await this.#vm())!;
    using store = openSqliteStore(storePath(this.#ignite.paths));
    await store.patch(key, { spec: { ...spec, power } });
  }

  /** Tells how the world differs from what is wanted. */
  async #differences(): Promise<readonly string[]> {
    const vm = await this.#vm();
    const dirs = readdirSync(join(this.#ignite.paths.dataDir, 'vms'));
    const wanted = this.#world;
    if (!wanted) return [...(vm ? ['there is a VM'] : []), ...dirs, ...this.#processes()];
    if (!vm) return ['there is no VM'];
    const { uid } = vm.metadata;
    const isUp = wanted.power === 'Running';
    const processes = this.#processes(uid);
    const has = {
      power: vm.spec.power,
      isUp: vm.status.phase === 'Running',
      cpus: vm.spec.cpus,
      pending: vm.status.pending ?? [],
      vmms: processes.filter((line) => line.includes('qemu-system') && line.includes('/vm/streams')).length,
      commands: processes.filter((line) => /^\S*node /.test(line)),
      run: existsSync(join(this.#ignite.paths.runDir, 'vms', uid)),
      network: existsSync(`/run/netns/ignite-${uid}`),
      otherFolders: dirs.filter((dir) => dir !== uid),
    };
    const want: typeof has = {
      ...{ ...wanted, isUp, pending: [], vmms: isUp ? 1 : 0, commands: [] },
      ...{ run: isUp, network: isUp, otherFolders: [] },
    };
    return Object.entries(want).flatMap(([field, value]) => {
      const found = JSON.stringify(has[field as keyof typeof has]);
      return found === JSON.stringify(value) ? [] : [`${field} is ${found}, not ${JSON.stringify(value)}`];
    });
  }

  async #vm(): Promise<Vm | undefined> {
    using store = openSqliteStore(storePath(this.#ignite.paths));
    return (await store.list(key)).items[0] as Vm | undefined;
  }

  #tracesOf(uid: string): readonly string[] {
    const { dataDir, runDir } = this.#ignite.paths;
    const files = [
      join(dataDir, 'vms', uid),
      join(runDir, 'vms', uid),
      join(runDir, 'processes', `${uid}.json`),
      join(runDir, 'restarts', uid),
      join(dataDir, 'network', `${uid}.json`),
      `/run/netns/ignite-${uid}`,
    ];
    return [...files.filter(existsSync), ...this.#processes(uid)];
  }

  /** Returns the command lines that name this host's directories or a VM. */
  #processes(uid = this.#ignite.dir): readonly string[] {
    return readdirSync('/proc')
      .filter((each) => /^\d+$/.test(each))
      .map(commandOf)
      .filter((line) => line.includes(this.#ignite.dir) || line.includes(uid))
      .filter((line) => !line.startsWith('dnsmasq'));
  }

  async #soon<T>(ending: Promise<T>, what: string): Promise<T> {
    const late = delay(patienceMs, undefined, { ref: false }).then(() => {
      throw new Error(`not so within ${patienceMs} ms: ${what}\n${this.#processes().join('\n')}`);
    });
    return await Promise.race([ending, late]);
  }

  async #until(look: () => Promise<readonly string[]>): Promise<void> {
    let wrong = await look();
    for (const deadline = Date.now() + patienceMs; wrong.length > 0; wrong = await look()) {
      if (Date.now() > deadline) assert.deepEqual(wrong, []);
      await delay(pollMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#world) await this.#ignite.ok('rm', '-f', name);
    await this.#plain[Symbol.asyncDispose]();
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

let leaks: AsyncDisposable;
let vms: StillVms;
before(async () => {
  leaks = watchLeaks();
  vms = await StillVms.open();
});
after(async () => {
  vms[Symbol.dispose]();
  await leaks[Symbol.asyncDispose]();
});

describe('kill -9 at any moment of a command or of ignited', { concurrency: true }, () => {
  for (const [lane, subnet] of [225, 226].entries())
    test(`the same command again, or ignited, finishes, and nothing is left (${lane + 1} of 2)`, async (t) => {
      await using host = await KilledHost.open(subnet, vms.launcher);
      const deadline = Date.now() + withinMs;
      let endured = 0;
      for (; endured < points / 2 && Date.now() < deadline; endured += 1)
        await host.endure(firstSeed + endured * 2 + lane);
      const atWork = [...host.killedAtWork].map(([what, times]) => `${what} ${times}`);
      t.diagnostic(`${endured} kills, at work: ${atWork.join(', ')}`);
      assert.ok(endured > 0);
    });
});

test('an update with a restart that was killed right after it was written is finished by the same command', async () => {
  await using host = await KilledHost.open(225, vms.launcher);
  await host.cutUpdateShort();
  await host.act(['update', name, '--cpus', '2', '--restart-now'], { power: 'Running', cpus: 2 });
});
