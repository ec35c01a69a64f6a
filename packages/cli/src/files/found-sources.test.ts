import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFoundSources } from './found-sources.ts';

test('withFoundSources: archives named by relative paths in a manifest lie beside it', () => {
  const spec = {
    image: { oci: 'oci-archive:app.tar' },
    kernel: { oci: 'oci:./kernel', cmdLine: 'x' },
    cpus: 2,
  };
  assert.deepEqual(withFoundSources(spec, '/manifests'), {
    image: { oci: 'oci-archive:/manifests/app.tar' },
    kernel: { oci: 'oci:/manifests/kernel', cmdLine: 'x' },
    cpus: 2,
  });
  const other = { image: { oci: 'debian:12' }, kernel: {} };
  assert.deepEqual(withFoundSources(other, '/manifests'), other);
});
