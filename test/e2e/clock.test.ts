import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

let leaks: AsyncDisposable;
let ignite: Ignite;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(212);
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

test('a guest whose clock never ticks fails to start, with the reason', async (t) => {
  const args = ['run', 'busybox', '--name', 'never', '--memory', '128MB'];
  const { code, stderr } = await ignite.run(...args, '--kernel-args', 'ignite.timer=1,5,6');
  if (code === 0) return t.skip('the guest is not emulated');
  assert.match(stderr, /came up 7 times without a clock that ticks/);
  await ignite.ok('rm', '-f', 'never');
});
