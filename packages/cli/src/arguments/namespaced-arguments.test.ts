import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCommands } from '../commands/registry.ts';
import { namespacedArguments } from './namespaced-arguments.ts';

const commands = await allCommands();
const usageOf = (name: string): string => commands.find((command) => command.name === name)!.arguments;
/** The arguments of a command line in the namespace prod. */
const inProd = (line: string): string => {
  const [name = '', ...args] = line.split(' ');
  return [name, ...namespacedArguments('prod', usageOf(name), args)].join(' ');
};

for (const [line, wanted] of [
  ['rm web db', 'rm prod/web prod/db'],
  ['rm dev/web', 'rm dev/web'],
  ['rm 0123456789abcdef', 'rm 0123456789abcdef'],
  ['rm 0123456789ab', 'rm prod/0123456789ab'],
  ['rename web www', 'rename prod/web www'],
  ['commit web debian:2', 'commit prod/web debian:2'],
  ['exec web ls', 'exec prod/web ls'],
  ['inspect web', 'inspect prod/web'],
  ['inspect vm web db', 'inspect vm prod/web prod/db'],
  ['inspect volume data', 'inspect volume prod/data'],
  ['inspect image debian', 'inspect image debian'],
  ['get vms', 'get vms'],
  ['get vms web', 'get vms prod/web'],
  ['get images debian', 'get images debian'],
  ['get secret token', 'get secret prod/token'],
  ['get vm/web', 'get vm/prod/web'],
  ['edit volume/data', 'edit volume/prod/data'],
  ['delete vm/web sync/dev/site host/rack-2', 'delete vm/prod/web sync/dev/site host/rack-2'],
  ['cp ./site web:/srv', 'cp ./site prod/web:/srv'],
  ['cp web: .', 'cp prod/web: .'],
  ['cp dev/web:/etc ./a:b', 'cp dev/web:/etc ./a:b'],
  ['run debian', 'run debian'],
] as const)
  test(`namespacedArguments: "ignite ${line}" in prod means "ignite ${wanted}"`, () =>
    assert.equal(inProd(line), wanted));

test('namespacedArguments: every command that names an object in a namespace takes -n or --namespace', () => {
  const names = commands
    .filter(
      ({ name, arguments: usage }) =>
        name !== 'explain' && // which takes the word for a kind alone
        [['web:'], ['vm', 'web'], ['vm/web']].some(
          (args) => namespacedArguments('prod', usage, args).join(' ') !== args.join(' '),
        ),
    )
    .map(({ name, flags }) => [name, Object.hasOwn(flags, 'namespace')] as const);
  assert.ok(names.length > 25);
  assert.deepEqual(
    names.filter(([, isTaken]) => !isTaken),
    [],
  );
});
