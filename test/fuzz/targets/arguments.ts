import assert from 'node:assert/strict';
import { parseCommandLine } from '../../../packages/cli/src/arguments/parse-command-line.ts';
import { commandSource } from '../../../packages/cli/src/commands/command-source.ts';
import { mutatedText } from '../mutate.ts';
import { takenLater, target } from '../target.ts';

const samples = [
  ['run', 'debian:12', '--name', 'web', '--cpus=2', '-p', '8080:80', '--', 'sleep', '9'],
  ['-q', 'ps', '-a', '--filter', 'name=web', '-o', 'json'],
  ['exec', '-it', 'web', '--', 'sh', '-c', 'x'],
  ['image', 'import', '--log-level=debug', 'oci:x:1'],
  ['rm', '-f', 'web', 'db'],
  ['update', 'web', '--memory', '1GB', '--restart-now'],
  ['logs', '-n=5', '--since', '1h', 'web'],
];
const words = [
  '--',
  '-',
  '--name',
  '--no',
  '-n=',
  '=',
  'image',
  'vm',
  '-abc',
  '--__proto__',
  '--constructor=',
];

export const commandLines = target<readonly string[]>({
  name: 'arguments',
  make: (random) => {
    const argv = [...random.pick(samples)];
    for (let times = random.below(4); times >= 0; times -= 1) {
      const at = random.below(argv.length + 1);
      if (random.once(3)) argv.splice(at, 1);
      else if (random.once(2)) argv.splice(at, 0, random.pick([...words, ...samples.flat()]));
      else argv.splice(at, 1, mutatedText([argv[at] ?? '-'], words, random).slice(0, 4_096));
    }
    return argv;
  },
  check: async (argv) => {
    const line = await takenLater(() => parseCommandLine(argv, commandSource));
    if (!line) return;
    const words = [...line.args, ...line.rest, ...line.name];
    for (const word of words) assert.ok(argv.includes(word), `${JSON.stringify(word)} was not typed`);
    assert.ok(words.length <= argv.length);
  },
});
