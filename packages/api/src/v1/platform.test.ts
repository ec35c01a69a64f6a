import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlatform } from './platform.ts';

test('parsePlatform: with and without the system, and with the variant of arm64', () => {
  for (const text of ['linux/arm64', 'arm64', 'linux/arm64/v8'])
    assert.deepEqual(parsePlatform(text), { os: 'linux', arch: 'arm64' });
  assert.deepEqual(parsePlatform('linux/amd64'), { os: 'linux', arch: 'amd64' });
});

for (const bad of [
  '',
  'windows/amd64',
  'linux',
  'linux/',
  'linux/s390x',
  'linux/amd64/v9/x',
  'LINUX/amd64',
]) {
  test(`parsePlatform: ${JSON.stringify(bad)} is refused`, () =>
    assert.throws(() => parsePlatform(bad), { code: 'PLATFORM_INVALID' }));
}
