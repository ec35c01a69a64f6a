import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootMode, type ImageConfig, noImageConfig } from '@ignite/api/v1/image';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { assertRunsSomething } from './image-fit.ts';

test('assertRunsSomething: an image without entrypoint, command and init needs a command of the VM', () => {
  const imageOf = (bootMode: BootMode, config: Partial<ImageConfig> = {}) => ({
    metadata: { name: 'empty:latest' },
    status: { bootMode, config: { ...noImageConfig, ...config } },
  });
  const { spec } = sampleVm();
  assert.throws(() => assertRunsSomething(spec, imageOf('entrypoint')), {
    code: 'VM_INVALID',
    message: 'image "empty:latest" has no entrypoint, no command and no init: nothing to run',
  });
  assert.throws(() => assertRunsSomething({ ...spec, command: [] }, imageOf('entrypoint', { cmd: ['sh'] })));
  assertRunsSomething(spec, imageOf('init'));
  assertRunsSomething(spec, imageOf('disk'));
  assertRunsSomething(spec, imageOf('entrypoint', { cmd: ['sh'] }));
  assertRunsSomething({ ...spec, command: ['true'] }, imageOf('entrypoint'));
});
