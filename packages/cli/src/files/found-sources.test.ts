import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagValues } from '../arguments/command.ts';
import type { Io } from '../io.ts';
import { withFoundSources } from './found-sources.ts';

const io: Io = {
  out: { write: () => {} },
  err: { write: () => {} },
  isTty: false,
  isColoured: false,
  env: { XDG_CONFIG_HOME: '/dev/null' },
};
const here = { flags: new FlagValues(new Map()), io };
const far = { flags: new FlagValues(new Map([['host', 'ssh://root@lab']])), io };
const spec = {
  image: { oci: 'oci-archive:app.tar' },
  kernel: { oci: 'oci:./kernel', cmdLine: 'x' },
  cpus: 2,
};

test('withFoundSources: archives named by relative paths in a manifest lie beside it', () => {
  assert.deepEqual(withFoundSources(spec, '/manifests', here), {
    image: { oci: 'oci-archive:/manifests/app.tar' },
    kernel: { oci: 'oci:/manifests/kernel', cmdLine: 'x' },
    cpus: 2,
  });
  const other = { image: { oci: 'debian:12' }, kernel: {} };
  assert.deepEqual(withFoundSources(other, '/manifests', here), other);
});

test('withFoundSources: a manifest for another host names no files beside it', () => {
  assert.deepEqual(withFoundSources(spec, '/manifests', far), spec);
});
