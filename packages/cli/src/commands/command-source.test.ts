import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandSource } from './command-source.ts';

const nameOf = async (words: string): Promise<string | undefined> =>
  (await commandSource.find(words.split(' '))).command?.name;

const spelt: Readonly<Record<string, string>> = {
  ps: 'ps',
  'vm ps': 'ps',
  vm: 'vm ls',
  vms: 'vm ls',
  'vm ls': 'vm ls',
  'vm list': 'vm ls',
  'vms run': 'run',
  image: 'images',
  images: 'images',
  'image ls': 'images',
  'images list': 'images',
  'images import': 'image import',
  'image rm': 'image rm',
  rmi: 'image rm',
  kernel: 'kernels',
  'kernels ls': 'kernels',
  'kernel import': 'kernel import',
  rmk: 'kernel rm',
  completion: 'completion',
  version: 'version',
  help: 'help',
  gitops: 'gitops',
  'gitops status': 'gitops status',
  daemon: 'daemon',
};
for (const verb of ['create', 'run', 'start', 'stop', 'kill', 'rm', 'logs', 'attach', 'ssh'])
  Object.assign(spelt, { [verb]: verb, [`vm ${verb}`]: verb });

for (const [words, name] of Object.entries(spelt))
  test(`find: "ignite ${words}" is ${name}`, async () => assert.equal(await nameOf(words), name));

test('find: a slip is answered with what was meant, within a group too', async () => {
  for (const [written, meant] of [
    ['kernals', 'kernels'],
    ['image imprt', 'image import'],
    ['vm strat', 'vm start'],
    ['gitops statsu', 'gitops status'],
    ['ls', 'ps'],
    ['launch', 'run'],
    ['image pull', 'image import'],
  ] as const)
    await assert.rejects(nameOf(written), { code: 'USAGE_INVALID', hint: `did you mean "ignite ${meant}"?` });
  await assert.rejects(nameOf('frobnicate'), { hint: '"ignite help" lists the commands' });
  await assert.rejects(nameOf('image frobnicate'), { hint: '"ignite image --help" lists the commands' });
});

for (const [written, hint] of [
  [
    'build',
    'build images with other tools, such as "podman build", and bring them with "ignite image import"',
  ],
  [
    'network create',
    'a network is a file in /etc/cni/net.d, which you write; "ignite network ls" lists them',
  ],
] as const)
  test(`find: who looks for "ignite ${written}" is told what to do instead`, async () => {
    await assert.rejects(nameOf(written), { message: `unknown command "${written}"`, hint });
  });

test('find: what is an argument is not taken for a slip', async () => {
  assert.equal(await nameOf('gitops https://example.org/vms.git'), 'gitops');
  assert.equal(await nameOf('gitops ./statsu'), 'gitops');
  assert.equal(await nameOf('run images'), 'run');
});
