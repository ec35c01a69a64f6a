import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeImage } from './image-config.ts';

const layout = mkdtempSync(join(tmpdir(), 'layout-'));
after(() => rmSync(layout, { recursive: true }));
mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });

function blob(content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const hash = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', hash), text);
  return `sha256:${hash}`;
}

const manifestOf = (config: unknown): string =>
  blob({
    config: { digest: blob(config), size: 1 },
    layers: [
      { digest: `sha256:${'a'.repeat(64)}`, size: 30 },
      { digest: `sha256:${'b'.repeat(64)}`, size: 12 },
    ],
  });

test('describeImage: what a VM honours of the config', async () => {
  const digest = manifestOf({
    os: 'linux',
    architecture: 'amd64',
    config: {
      Entrypoint: ['/bin/app'],
      Cmd: ['-v'],
      Env: ['A=b'],
      User: '1000:1000',
      WorkingDir: '/srv',
      StopSignal: 'SIGINT',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { ignored: 'yes' },
    },
    rootfs: {},
  });
  assert.deepEqual(await describeImage(layout, digest, 'x'), {
    config: {
      entrypoint: ['/bin/app'],
      cmd: ['-v'],
      env: ['A=b'],
      user: '1000:1000',
      workingDir: '/srv',
      stopSignal: 'SIGINT',
      exposedPorts: ['80/tcp', '53/udp'],
    },
    os: 'linux',
    architecture: 'amd64',
    size: 42,
    layers: ['a', 'b'].map((digit) => ({
      path: join(layout, 'blobs/sha256', digit.repeat(64)),
      packing: 'plain',
    })),
  });
});

test('describeImage: an image may have next to no config', async () => {
  for (const config of [
    { architecture: 'arm64' },
    { config: null },
    { config: { Cmd: null, ExposedPorts: null } },
  ]) {
    const { config: read } = await describeImage(layout, manifestOf(config), 'x');
    assert.deepEqual([read.cmd, read.env, read.user, read.exposedPorts], [[], [], '', []]);
  }
});

for (const [what, digest] of [
  ['a manifest that is missing', `sha256:${'c'.repeat(64)}`],
  ['a manifest that is no JSON', blob('hello')],
  ['a manifest without layers', blob({ config: { digest: `sha256:${'a'.repeat(64)}`, size: 1 } })],
  [
    'a config digest that is a path',
    blob({ config: { digest: 'sha256:../../etc/passwd', size: 1 }, layers: [] }),
  ],
  ['a config of another shape', manifestOf({ config: { Cmd: 'sh' } })],
] as const) {
  test(`describeImage: ${what} is a corrupt image`, async () => {
    await assert.rejects(describeImage(layout, digest, 'x'), { code: 'IMAGE_CORRUPT' });
  });
}
