import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAbsoluteSources } from './assert-absolute-sources.ts';
import { carriedSpec } from './carried-spec.ts';

test('assertAbsoluteSources: a VM of another host names no file by a path from a folder of this one', async () => {
  const relative = { image: { oci: 'oci-archive:app.tar' } };
  const refused = {
    code: 'NOT_REMOTE',
    message: /^the relative path oci-archive:app\.tar /,
    hint: /absolute/,
  };
  assert.throws(() => assertAbsoluteSources(relative), refused);
  assert.throws(() => assertAbsoluteSources({ kernel: { oci: 'oci:./kernel' } }), { code: 'NOT_REMOTE' });
  await assert.rejects(carriedSpec(relative), refused);
  assertAbsoluteSources({ image: { oci: 'oci-archive:/srv/app.tar' }, kernel: { oci: 'oci:kernel' } });
  assertAbsoluteSources({ image: { oci: 'debian:12' }, kernel: {} });
});
