import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { imageArchive } from '../test/e2e/fixtures/images.ts';
import { compare, report, timed } from './measure.ts';

const rounds = 3;
const subnet = 175;
/** What a warm run is to take of a cold one. */
const aim = 0.1;

/** Measures `ignite run` until SSH answers from a template, against a boot of the same image. */
export async function benchWarm(): Promise<void> {
  await using ignite = await Ignite.open(subnet);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('debian')}`);
  await ignite.ok('kernel', 'build');
  const shape = ['--cpus', '2', '--memory', '1GB'];
  await ignite.ok('warm', 'debian', ...shape);
  const run = (when: 'always' | 'never') => async (): Promise<number> => {
    const flags = ['--name', 'bench', '--ssh', '--warm', when, ...shape];
    const time = await timed(async () => void (await ignite.ok('run', 'debian', ...flags)));
    await ignite.ok('rm', '-f', 'bench');
    return time;
  };
  const times = await compare(rounds, { warm: run('always'), cold: run('never') });
  report('ignite run to SSH, warm', times['warm']!, 'the same, cold', times['cold']!, aim);
}
