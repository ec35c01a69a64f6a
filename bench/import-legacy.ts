import { LegacyHost } from '../test/e2e/fixtures/legacy.ts';
import { Ignite } from '../test/e2e/fixtures/ignite.ts';
import { timed } from './measure.ts';

const count = 100;

/**
 * Measures `ignite import-legacy` of many VMs on one image, each with 2 MiB of its own data. Their kernel is
 * imported beforehand.
 */
export async function benchImportLegacy(): Promise<void> {
  using host = new LegacyHost();
  for (let at = 0; at < count; at += 1) {
    const uid = `dd${at.toString(16).padStart(14, '0')}`;
    host.addVm({ name: `vm-${at}`, uid, kept: `by ${at}` });
  }
  await using ignite = await Ignite.open(134);
  await ignite.ok('kernel', 'build');
  const all = await timed(async () => void (await ignite.ok('import-legacy', '--from', host.dir)));
  const again = await timed(async () => void (await ignite.ok('import-legacy', '--from', host.dir)));
  const [ms, each] = [all.toFixed(0).padStart(7), (all / count).toFixed(0)];
  console.log(
    `ignite import-legacy, ${count} VMs      ${ms} ms   ${each} ms a VM; again ${again.toFixed(0)} ms`,
  );
}
