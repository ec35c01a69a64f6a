import { setTimeout as delay } from 'node:timers/promises';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { fetchQemu, openNewerQemu } from '../test/e2e/fixtures/newer-qemu.ts';
import { compare, report, timed } from './measure.ts';

const rounds = 3;
const subnet = 175;
const forks = 4;
/** What a warm run is to take of a cold one. */
const aim = 0.1;
const shape = ['--cpus', '2', '--memory', '1GB'];

/**
 * Measures `ignite run` until SSH answers from a template, against a boot of the same image: with the QEMU of this machine, and with one that maps
 * the memory of templates.
 */
export async function benchWarm(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  await ignite.ok('kernel', 'build');
  await benchRuns(ignite, 'warm');
  await benchForks(ignite);
  await ignite.ok('prune', '-f');
  const qemu = fetchQemu();
  if ('lack' in qemu) return console.log(`mapped memory is not measured: ${qemu.lack}`);
  await using newer = await openNewerQemu(qemu.folder);
  await benchRuns(ignite.through(newer.launcher), 'mapped');
}

async function benchRuns(ignite: Ignite, how: string): Promise<void> {
  await ignite.ok('warm', 'debian', ...shape);
  const run = (when: 'always' | 'never') => async (): Promise<number> => {
    const flags = ['--name', 'bench', '--ssh', '--warm', when, ...shape];
    const time = await timed(async () => void (await ignite.ok('run', 'debian', ...flags)));
    await ignite.ok('rm', '-f', 'bench');
    return time;
  };
  const times = await compare(rounds, { warm: run('always'), cold: run('never') });
  report(`ignite run to SSH, ${how}`, times['warm']!, 'the same, cold', times['cold']!, aim);
}

/** Measures forks of a VM that runs, and for how long it stands still meanwhile. */
async function benchForks(ignite: Ignite): Promise<void> {
  const boot = await timed(
    async () => void (await ignite.ok('run', 'debian', '--name', 'parent', '--ssh', ...shape)),
  );
  const quiet = await longestSilence(ignite, async () => await delay(2_000));
  let time = NaN;
  const during = await longestSilence(ignite, async () => {
    const flags = ['-c', String(forks), '--name', 'child'];
    time = await timed(async () => void (await ignite.ok('fork', 'parent', ...flags)));
  });
  const children = Array.from({ length: forks }, (_, at) => `child-${at + 1}`);
  await ignite.ok('rm', '-f', 'parent', ...children);
  report(`each of ${forks} forks`, time / forks, 'a boot', boot, aim);
  console.log(
    `forks per second ${((forks * 1_000) / time).toFixed(2)}; the parent was silent for ${during.toFixed(0)} ms at most, and otherwise for ${quiet.toFixed(0)} ms`,
  );
}

/** Returns the longest time in milliseconds in which a guest that prints all the time has printed nothing. */
async function longestSilence(ignite: Ignite, meanwhile: () => Promise<void>): Promise<number> {
  const line = 'while echo; do sleep 0.01; done';
  const printing = ignite.start(['exec', 'parent', '--', 'sh', '-c', line]);
  const done = Promise.withResolvers<void>();
  let isOver = false;
  const watch = async (): Promise<number> => {
    let [length, sinceMs, longest] = [0, NaN, 0];
    while (!isOver) {
      const now = performance.now();
      if (printing.said().length > length) {
        if (!Number.isNaN(sinceMs)) longest = Math.max(longest, now - sinceMs);
        [length, sinceMs] = [printing.said().length, now];
        done.resolve();
      }
      await delay(5);
    }
    return longest;
  };
  const longest = watch();
  await done.promise; // it prints
  await meanwhile();
  isOver = true;
  printing.kill();
  await printing.ended;
  return await longest;
}
