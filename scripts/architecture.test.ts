import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Import, findCycle, findViolations } from './architecture.ts';

const edge = (from: string, to: string, kind: Import['kind'] = 'value'): Import => ({ from, to, kind });
const planted = [
  ['layers', edge('packages/toolkit/src/a.ts', '@ignite/api/v1/vm')],
  ['layers', edge('packages/api/src/a.ts', '@ignite/engine/wire')],
  ['layers', edge('packages/engine/src/a.ts', 'packages/cli/src/main.ts')],
  ['layers', edge('packages/cli/src/a.ts', '@ignite/daemon/serve')],
  ['one-door', edge('packages/cli/src/main.ts', '@ignite/engine/wire')],
  ['one-door', edge('packages/cli/src/commands/vm/a.ts', '@ignite/engine/tools/host/paths', 'type')],
  ['only-process-spawns', edge('packages/engine/src/vm/a.ts', 'node:child_process')],
  ['planners-are-pure', edge('packages/engine/src/vm/plan-x.ts', 'node:fs/promises')],
  ['planners-are-pure', edge('packages/engine/src/vm/plan-x.ts', '@ignite/toolkit/process/local-runner')],
  ['no-barrel', edge('packages/api/src/index.ts', 'packages/api/src/a.ts')],
  ['no-test-imports', edge('packages/api/src/a.ts', 'packages/api/src/a.test.ts')],
  ['folders', edge('packages/engine/src/tools/network/a.ts', 'packages/engine/src/vm/plan/plan-vm.ts')],
  ['folders', edge('packages/engine/src/vm/a.ts', 'packages/engine/src/operations/client/a.ts', 'type')],
  ['folders', edge('packages/engine/src/tools/host/a.ts', 'packages/engine/src/tools/vmm/a.ts', 'type')],
  ['folders', edge('packages/toolkit/src/apply/a.ts', 'packages/toolkit/src/git/a.ts', 'type')],
  ['folders', edge('packages/toolkit/src/sinks/a.ts', 'packages/toolkit/src/sync-service/a.ts', 'type')],
  ['folders', edge('packages/toolkit/src/git/a.ts', 'packages/toolkit/src/unheard-of/a.ts')],
  ['folders', edge('packages/toolkit/src/unheard-of/a.ts', 'packages/toolkit/src/errors/a.ts')],
  ['folders', edge('packages/cli/src/render/text/a.ts', 'packages/cli/src/render/message/a.ts')],
  ['own-vms', edge('packages/engine/src/vm/a.ts', 'packages/engine/src/tools/store/all-vms.ts')],
  ['own-vms', edge('packages/daemon/src/a.ts', '@ignite/engine/tools/store/all-vms')],
  ['objects-through-clients', edge('packages/engine/src/vm/a.ts', '@ignite/toolkit/store/store', 'type')],
  ['objects-through-clients', edge('packages/daemon/src/a.ts', '@ignite/toolkit/store/sqlite/sqlite-store')],
] as const;

for (const [rule, violation] of planted) {
  test(`architecture: ${violation.from} importing ${violation.to} breaks "${rule}" and nothing else`, () => {
    assert.deepEqual(
      findViolations([violation]).map((found) => found.rule),
      [rule],
    );
  });
}

test('architecture: what the layers allow is no violation', () => {
  assert.deepEqual(
    findViolations([
      edge('packages/cli/src/context.ts', '@ignite/engine/wire', 'dynamic'),
      edge('packages/toolkit/src/process/a.ts', 'node:child_process'),
      edge('packages/engine/src/vm/plan-x.ts', 'node:fs', 'type'),
      edge('packages/engine/src/vm/steps/a.ts', 'packages/engine/src/vm/launch/b.ts'),
      edge('packages/engine/src/vm/steps/a.ts', 'packages/engine/src/vm/errors.ts'),
      edge('packages/toolkit/src/sinks/a.ts', 'packages/toolkit/src/sync/a.ts'),
      edge('packages/engine/src/tools/store/own-vms.ts', 'packages/engine/src/tools/store/all-vms.ts'),
      edge('packages/engine/src/tools/store/open-store.ts', '@ignite/toolkit/store/sqlite/sqlite-store'),
    ]),
    [],
  );
});

test('architecture: a cycle is found, be it of types; what is loaded later closes none', () => {
  const there = edge('packages/api/src/a.ts', 'packages/api/src/b.ts');
  const back = (kind: Import['kind']) => edge('packages/api/src/b.ts', 'packages/api/src/a.ts', kind);
  const cycle = [there.from, there.to, there.from];
  assert.deepEqual(findCycle([there, back('value')]), cycle);
  assert.deepEqual(findCycle([there, back('type')]), cycle);
  assert.equal(findCycle([there, back('dynamic')]), undefined);
});
