import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { pullFailed, referenceInvalid } from './errors.ts';

/** The messages that skopeo 1.9 prints for each fault, recorded from real and faulty registries. */
const sayings: Readonly<Record<string, string>> = {
  'initializing source docker://r/x:1: pinging container registry r: Get "http://r/v2/": dial tcp 127.0.0.1:1: connect: connection refused':
    'REGISTRY_UNREACHABLE',
  'pinging container registry r: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority':
    'REGISTRY_UNREACHABLE',
  'pinging container registry r: Get "https://r/v2/": http: server gave HTTP response to HTTPS client':
    'REGISTRY_UNREACHABLE',
  'reading manifest 1 in r/x: unauthorized: authentication required': 'REGISTRY_AUTH',
  'reading manifest 1 in r/mutual-tls: unauthorized: authentication required': 'REGISTRY_AUTH',
  'initializing source docker://r/x:1: Requesting bear token: invalid status code from registry 401 (Unauthorized)':
    'REGISTRY_AUTH',
  'reading manifest 1 in r/x: manifest unknown: manifest unknown': 'IMAGE_MISSING',
  'reading manifest 1 in r/x: name unknown: repository name not known to registry': 'IMAGE_MISSING',
  'initializing source docker://r/x:1: reading manifest 1 in r/x: too many requests: StatusCode: 429, slow down':
    'REGISTRY_RATE_LIMITED',
  'choosing image instance: no image found in manifest list for architecture arm64, variant "v8", OS linux':
    'PLATFORM_UNAVAILABLE',
  'pinging container registry 127.0.0.1:45403: invalid status code from registry 503 (Service Unavailable)':
    'REGISTRY_FAILED',
  'pinging container registry r: invalid status code from registry 403 (Forbidden)': 'REGISTRY_AUTH',
  'writing blob: happened during read: Digest did not match, expected sha256:40404, got sha256:a429':
    'IMAGE_CORRUPT',
  'writing blob: storing blob to file "/x": write /x: no space left on device': 'DISK_FULL',
  'writing blob: write /x/oci-put-blob1: file too large': 'IMAGE_CORRUPT',
  'Digest did not match, expected sha256:aa, got sha256:bb': 'IMAGE_CORRUPT',
  'copying system image from manifest list: parsing image configuration: received unexpected HTTP status: 500 Internal Server Error':
    'REGISTRY_FAILED',
  'initializing source oci-archive:/nope.tar:: creating temp directory: open /nope.tar: no such file or directory':
    'IMAGE_MISSING',
  'initializing source oci-archive:/docker.tar:: open /var/tmp/oci3357863450/index.json: no such file or directory':
    'ARCHIVE_INVALID',
  'initializing source oci:/r/x:1:: open /r/x:1/index.json: no such file or directory': 'IMAGE_MISSING',
  'initializing source oci-archive:/a.tar:nope: no descriptor found for reference "nope"': 'IMAGE_MISSING',
  'initializing source docker-archive:/a.tar: loading tar component manifest.json: file does not exist':
    'ARCHIVE_INVALID',
  'initializing source oci-archive:/a.tar:: creating temp directory: untarring file "/x": unexpected EOF':
    'ARCHIVE_INVALID',
};

for (const [stderr, code] of Object.entries(sayings)) {
  test(`pullFailed: "${stderr.slice(0, 60)}…" is ${code}`, () => {
    const cause = new ToolFailedError({ tool: 'skopeo', args: [] }, 1, { stdout: '', stderr });
    const failure = pullFailed('r/x:1', cause);
    assert.ok(failure instanceof CodedError);
    assert.equal(failure.code, code);
    assert.ok(failure.message.includes('r/x:1') && failure.hint !== '');
    assert.equal(failure.cause, cause);
  });
}

test('pullFailed: what has nothing to do with a registry is not told of as its fault', () => {
  const failed = (stderr: string) =>
    new ToolFailedError({ tool: 'mke2fs', args: [] }, 1, { stdout: '', stderr });
  const full = pullFailed('x', failed('mke2fs: No space left on device while populating file system'));
  assert.ok(full instanceof CodedError && full.code === 'DISK_FULL');
  const other = failed('mke2fs: file not found');
  assert.equal(pullFailed('x', other), other);
});

test('pullFailed: what no tool said passes as it is', () => {
  const bug = new TypeError('x');
  assert.equal(pullFailed('r/x:1', bug), bug);
});

test('referenceInvalid: who names a disk is told to import it first', () => {
  assert.match(referenceInvalid('./x.qcow2').hint ?? '', /"ignite image import \.\/x\.qcow2"/);
  assert.match(referenceInvalid('x y').hint ?? '', /oci-archive:FILE/);
});

const asArchive = (path: string): string =>
  `for an archive use oci-archive:${path}, or docker-archive:${path} if "docker save" wrote it; for a folder with an OCI layout use oci:${path}`;

for (const [text, hint] of [
  ['NGINX', 'did you mean "nginx"?'],
  ['https://ghcr.io/me/App:v1', 'did you mean "ghcr.io/me/app:v1"?'],
  ['./x.tar', asArchive('./x.tar')],
  ['/srv/layout', asArchive('/srv/layout')],
] as const)
  test(`referenceInvalid: who writes ${text} is told what to write`, () => {
    assert.equal(referenceInvalid(text).hint, hint);
  });

test('pullFailed: what no registry has and is called like an archive may be one', () => {
  const stderr = 'pinging container registry r: dial tcp: lookup r on 10.0.2.3:53: no such host';
  const cause = new ToolFailedError({ tool: 'skopeo', args: [] }, 1, { stdout: '', stderr });
  const failure = pullFailed('debian.tar:latest', cause);
  assert.ok(failure instanceof CodedError);
  assert.deepEqual([failure.code, failure.hint], ['REGISTRY_UNREACHABLE', asArchive('debian.tar')]);
});
