import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { Runner } from '@ignite/toolkit/process/runner';
import { removeUnusedCniChains } from './cni-chains.ts';

const signal = new AbortController().signal;

test('removeUnusedCniChains: a rule that another runtime adds meanwhile stays, with what leads to it', async () => {
  using host = openHost();
  const before = host.rules();
  host.addSharedChains();
  const rule = '-A CNI-FORWARD -s 10.88.0.2/32 -j ACCEPT';
  let races = 0;
  const racing: Runner = {
    ...host.runner,
    run: async (command, until) => {
      const done = await host.runner.run(command, until);
      if (command.tool === 'iptables-save' && command.args.includes('filter') && races++ === 0)
        host.iptables(...rule.split(' '));
      return done;
    },
  };
  const shared = host.rules();
  await removeUnusedCniChains(racing, signal);
  assert.deepEqual(host.rules().toSorted(), [...shared, rule].toSorted());

  host.iptables(...rule.replace('-A', '-D').split(' '));
  await removeUnusedCniChains(host.runner, signal);
  assert.deepEqual(host.rules(), before);
});

test('removeUnusedCniChains: several that remove them at once do not fail', async () => {
  using host = openHost();
  const before = host.rules();
  for (let round = 0; round < 5; round += 1) {
    host.addSharedChains();
    await Promise.all([1, 2, 3].map(() => removeUnusedCniChains(host.runner, signal)));
    assert.deepEqual(host.rules(), before);
  }
});

/** Opens a network namespace with rules of its own. */
function openHost() {
  const netns = `igtest-chains-${process.pid}`;
  execFileSync('ip', ['netns', 'add', netns]);
  const inside = ['netns', 'exec', netns];
  const iptables = (...words: readonly string[]) => execFileSync('ip', [...inside, 'iptables', ...words]);
  const runner: Runner = {
    ...localRunner,
    run: (command, until) =>
      localRunner.run({ ...command, tool: 'ip', args: [...inside, command.tool, ...command.args] }, until),
  };
  return {
    runner,
    iptables,
    rules: () =>
      execFileSync('ip', [...inside, 'iptables-save', '-t', 'filter'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    /** Adds the chains in the way of the firewall plugin. */
    addSharedChains: () => {
      for (const chain of ['CNI-FORWARD', 'CNI-ADMIN']) iptables('-N', chain);
      iptables('-A', 'FORWARD', '-j', 'CNI-FORWARD');
      iptables('-A', 'CNI-FORWARD', '-j', 'CNI-ADMIN');
    },
    [Symbol.dispose]: () => execFileSync('ip', ['netns', 'delete', netns]),
  };
}
