import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from './command.ts';
import { networkPluginNote, runtimeOf } from './runtime-flags.ts';

const flags = (values: Readonly<Record<string, string>>): FlagValues =>
  new FlagValues(new Map(Object.entries(values)));

test('runtimeOf: the flag wins over the configuration, and nothing is asked for by neither', () => {
  assert.deepEqual(runtimeOf(flags({ runtime: 'docker' }), { runtime: 'containerd' }), { runtime: 'docker' });
  assert.deepEqual(runtimeOf(flags({}), { runtime: 'containerd' }), { runtime: 'containerd' });
  assert.deepEqual(runtimeOf(flags({})), {});
});

test("networkPluginNote: Docker's bridge needs Docker, as it did, and is told to have no effect", () => {
  assert.equal(networkPluginNote(flags({ 'network-plugin': 'cni' })), undefined);
  assert.match(
    networkPluginNote(flags({ runtime: 'docker' }), { networkPlugin: 'docker-bridge' }) ?? '',
    /docker-bridge: .*not Docker's$/,
  );
  assert.throws(() => networkPluginNote(flags({ 'network-plugin': 'docker-bridge' })), {
    code: 'USAGE_INVALID',
    message: 'the "docker-bridge" network plugin can only be used with the "docker" runtime',
  });
});
