import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullArgs } from './skopeo.ts';

const request = {
  source: { transport: 'docker', location: 'docker://docker.io/library/debian:12', name: 'debian:12' },
  platform: { os: 'linux', arch: 'arm64' },
  layout: '/l',
  tag: 't',
  tmpDir: '/w',
  access: { insecure: false },
} as const;

test('pullArgs: the platform is asked for, and the image goes into the shared layout', () => {
  const args = pullArgs(request, '/d');
  assert.ok(args.includes('--override-arch=arm64') && args.includes('--override-os=linux'));
  assert.deepEqual(args.slice(-2), ['docker://docker.io/library/debian:12', 'oci:/l:t']);
  assert.ok(!args.some((arg) => /tls|authfile|daemon/.test(arg)));
});

test('pullArgs: TLS is done without only where it may be, and credentials come from the file that is named', () => {
  const args = pullArgs({ ...request, access: { insecure: true, authFile: '/a' } }, '/d');
  assert.ok(args.includes('--src-tls-verify=false') && args.includes('--src-authfile=/a'));
});

test('pullArgs: Docker is asked at the socket where it listens', () => {
  assert.ok(
    pullArgs({ ...request, dockerSocket: '/d.sock' }, '/d').includes('--src-daemon-host=unix:///d.sock'),
  );
});
