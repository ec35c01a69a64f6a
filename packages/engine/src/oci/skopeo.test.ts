import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullArgs } from './skopeo.ts';
import { parseSource } from './source.ts';

const request = (source: string) => ({
  source: parseSource(source),
  platform: { os: 'linux', arch: 'arm64' } as const,
  layout: '/l',
  tag: 't',
  insecureRegistries: ['plain.example:5000'],
});

test('pullArgs: the platform is asked for, and the image goes into the shared layout', () => {
  const args = pullArgs(request('debian:12'), '/d');
  assert.ok(args.includes('--override-arch=arm64') && args.includes('--override-os=linux'));
  assert.deepEqual(args.slice(-2), ['docker://docker.io/library/debian:12', 'oci:/l:t']);
});

test('pullArgs: TLS is done without only where the registry is listed or on this very host', () => {
  const insecure = (source: string) => pullArgs(request(source), '/d').includes('--src-tls-verify=false');
  assert.ok(insecure('plain.example:5000/x'));
  assert.ok(insecure('127.0.0.1:5000/x'));
  assert.ok(insecure('localhost/x'));
  assert.ok(!insecure('plain.example/x'));
  assert.ok(!insecure('127.0.0.1.evil.example/x'));
  assert.ok(!insecure('debian'));
});

test('pullArgs: credentials come from the folder that is named', () => {
  const args = pullArgs({ ...request('debian'), registryConfigDir: '/c' }, '/d');
  assert.ok(args.includes('--src-authfile=/c/config.json'));
});
