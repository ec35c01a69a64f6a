import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryName } from './registry-name.ts';

test('login and logout take a registry as people write it, and the Docker Hub when they write none', () => {
  for (const [written, registry] of [
    [undefined, 'docker.io'],
    ['docker.io', 'docker.io'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io/team/app', 'ghcr.io'],
    ['https://registry.example.org:5000/v2/', 'registry.example.org:5000'],
    ['localhost', 'localhost'],
    ['[::1]:5000', '[::1]:5000'],
  ] as const)
    assert.equal(registryName(written), registry);
});

test('login refuses what is no registry, such as the name of a user', () => {
  for (const written of ['', 'me', '-x.example', 'a b.example', 'user:secret@host.example', 'x.example:port'])
    assert.throws(() => registryName(written), { code: 'USAGE_INVALID' }, written);
});
