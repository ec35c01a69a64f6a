import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { foreignArch, hostArch } from '../host/arch.ts';
import { guestPrograms } from './guest-programs.ts';

const empty = mkdtempSync(join(tmpdir(), 'programs-'));
after(() => rmSync(empty, { recursive: true }));

test('guestPrograms: busybox, and resize2fs with its linker and libraries at the places of this host', async () => {
  const paths = (await guestPrograms('/', hostArch)).map(({ path }) => path);
  assert.deepEqual(paths.slice(0, 2), ['bin/busybox', 'bin/resize2fs']);
  assert.ok(
    paths.some((path) => /^lib(64)?\/ld-linux-/.test(path)),
    paths.join(),
  );
  for (const library of ['libc.so.6', 'libext2fs.so.2'])
    assert.ok(
      paths.some((path) => path.endsWith(`/${library}`)),
      `${library} of ${paths.join()}`,
    );
  assert.equal(new Set(paths).size, paths.length, 'each once');
});

test('guestPrograms: programs of another architecture, and none at all, are refused by name', async () => {
  const foreign = foreignArch(hostArch);
  await assert.rejects(guestPrograms('/', foreign), {
    code: 'GUEST_PROGRAM_UNUSABLE',
    message: `no kernel for ${foreign} can be built: busybox is missing`,
  });
  await assert.rejects(guestPrograms(empty, hostArch), { code: 'GUEST_PROGRAM_UNUSABLE' });
});

test('guestPrograms: a busybox that needs libraries is refused', async () => {
  const root = join(empty, 'dynamic');
  mkdirSync(join(root, 'bin'), { recursive: true });
  const { content } = (await guestPrograms('/', hostArch)).find(({ path }) => path === 'bin/resize2fs')!;
  writeFileSync(join(root, 'bin/busybox'), content!);
  await assert.rejects(guestPrograms(root, hostArch), /busybox is not statically linked/);
});
