import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandSource } from '../commands/command-source.ts';
import { findNamed } from './find-command.ts';

const named = async (line: string): Promise<string | undefined> =>
  (await findNamed(line.split(' '), commandSource)).command?.name;

for (const [line, name] of [
  ['ps -a', 'ps'],
  ['--runtime=docker --network-plugin=cni run weaveworks/ignite-ubuntu', 'run'],
  ['--runtime docker --network-plugin cni run weaveworks/ignite-ubuntu', 'run'],
  ['--ssh run debian', 'run'],
  ['-q -a ps', 'ps'],
  ['-t ssh my-vm', 'ssh'],
  ['-t {{.Name}} ps', 'ps'],
  ['-f rm my-vm', 'rm'],
  ['-f name=x ps', 'ps'],
  ['-f rmi debian', 'image rm'],
  ['--data-dir /x --name run run debian', 'run'],
  ['image -q ls', 'images'],
  ['image --platform linux/arm64 import debian', 'image import'],
  ['image -o json', 'images'],
  ['vm --name x run debian', 'run'],
  ['--runtime x ps', 'ps'],
] as const)
  test(`findNamed: "ignite ${line}" is ${name}`, async () => assert.equal(await named(line), name));

test('findNamed: before the command an unknown flag does not hide it', async () => {
  assert.equal(await named('--odd ps'), 'ps');
  await assert.rejects(named('--name x rnu'), { hint: 'did you mean "ignite run"?' });
  assert.equal(await named('--odd'), undefined);
});
