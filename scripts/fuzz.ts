import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz/target.ts';
import { targets } from '../test/fuzz/targets.ts';

/**
 * The usage is `scripts/fuzz [--seed N] [--first N] [--rounds N] [NAME...]`. Without names, all targets run.
 */
const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    first: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '100000' },
  },
  allowPositionals: true,
});
const [seed, first, rounds] = [values.seed, values.first, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const unknown = positionals.filter((name) => !targets.some((target) => target.name === name));
if (
  unknown.length > 0 ||
  [seed, first, rounds].some((number) => !Number.isSafeInteger(number) || number < 0)
) {
  console.error(
    `scripts/fuzz [--seed N] [--first N] [--rounds N] [${targets.map(({ name }) => name).join('|')}]...`,
  );
  process.exit(2);
}
console.log(`seed ${seed}`);
for (const target of targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  try {
    await fuzz(target, { seed, rounds, first });
    console.log(`${target.name}: ${rounds} rounds`);
  } catch (failure) {
    process.exitCode = 1;
    console.error((failure as Error).message);
  }
}
