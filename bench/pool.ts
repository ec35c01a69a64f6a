import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { compare, report, timed } from './measure.ts';

const rounds = 3;
const subnet = 82;
const shape = ['--cpus', '1', '--memory', '512MB'];
/** What taking a VM is to cost of a start from a template, and of a boot. */
const aims = { warm: 0.5, cold: 0.1 };

/** Measures how long it takes until SSH has answered in a new VM: one of a pool, one from a template, and one that boots. */
export async function benchPool(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  await ignite.ok('kernel', 'build');
  await ignite.ok('pool', 'create', 'workers', '--image', 'debian', '--ready', '1', '--ssh', ...shape);
  const timedRun = async (...flags: readonly string[]): Promise<number> => {
    const time = await timed(async () => {
      await ignite.ok('run', ...flags, '--name', 'bench');
      await ignite.ok('exec', 'bench', '--', 'true');
    });
    await ignite.ok('rm', '-f', 'bench');
    return time;
  };
  const times = await compare(rounds, {
    pool: async () => {
      const time = await timedRun('--pool', 'workers');
      await ignite.ok('pool', 'scale', 'workers', '1');
      return time;
    },
    warm: () => timedRun('debian', '--ssh', '--warm', 'always', ...shape),
    cold: () => timedRun('debian', '--ssh', '--warm', 'never', ...shape),
  });
  report('run --pool and exec', times['pool']!, 'the same, warm', times['warm']!, aims.warm);
  report('run --pool and exec', times['pool']!, 'the same, cold', times['cold']!, aims.cold);
}
