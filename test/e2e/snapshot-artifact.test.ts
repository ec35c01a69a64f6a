import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { locksDir } from '@ignite/engine/tools/host/paths';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { makeSnapshot } from './fixtures/made-snapshot.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

const kills = Number(process.env['IGNITE_CRASH_ROUNDS'] ?? 4);

let registry: Registry;
let here: Ignite;
let there: Ignite;
let dir: string;
let reference: string;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'snapshot-artifact-'));
  registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('busybox')}`, 'busybox:1');
  here = await Ignite.openWithKernel(70);
  there = await Ignite.openWithKernel(71);
  await here.ok('image', 'import', `${registry.host}/busybox:1`);
  await makeSnapshot(here, 'ready', `${registry.host}/busybox:1`);
  reference = `${registry.host}/snapshots/ready:1`;
});
after(async () => {
  await here[Symbol.asyncDispose]();
  await there[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

const snapshotOf = async (ignite: Ignite, name: string): Promise<Snapshot> =>
  JSON.parse(await ignite.ok('snapshot', 'inspect', name)) as Snapshot;
const dirOf = async (ignite: Ignite, name: string): Promise<string> =>
  join(ignite.paths.dataDir, 'snapshots', (await snapshotOf(ignite, name)).metadata.uid);
const namesIn = (ignite: Ignite, folder: string): readonly string[] => {
  try {
    return readdirSync(join(ignite.paths.dataDir, folder));
  } catch {
    return [];
  }
};
const contentOf = async (ignite: Ignite, name: string, file: string): Promise<Buffer> =>
  readFileSync(join(await dirOf(ignite, name), file));

/** Asserts that a snapshot of another host is that of this one, file by file. */
async function assertSame(name: string): Promise<void> {
  for (const file of ['root.qcow2', 'exit-status', 'saved-state/machine'])
    assert.ok((await contentOf(there, name, file)).equals(await contentOf(here, 'ready', file)), file);
  const [mine, its] = [await snapshotOf(here, 'ready'), await snapshotOf(there, name)];
  assert.equal(its.status.holds, 'Machine');
  assert.equal(its.status.vmUid, mine.status.vmUid);
  assert.notEqual(its.metadata.uid, mine.metadata.uid);
  assert.equal(its.status.image.digest, mine.status.image.digest);
}

async function removeThere(...names: readonly string[]): Promise<void> {
  await there.ok('snapshot', 'rm', ...names);
  for (const image of (await there.ok('images', '-q')).split('\n').filter(Boolean))
    await there.ok('rmi', image);
  assertNothingThere();
}

function assertNothingThere(): void {
  assert.deepEqual(namesIn(there, 'snapshots'), []);
  assert.deepEqual(namesIn(there, 'images'), []);
  assert.deepEqual(
    namesIn(there, 'scratch').filter((name) => name.startsWith('snapshot-')),
    [],
  );
}

async function refused(pattern: RegExp, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await there.run(...args);
  assert.notEqual(code, 0, `${args.join(' ')}: ${stdout}`);
  assert.match(stderr, pattern);
  assertNothingThere();
}

test('a snapshot goes by a registry to another host, which pulls its image by its digest', async () => {
  const { code, stdout, stderr } = await here.run('snapshot', 'push', 'ready', reference);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /warning: snapshot "ready" contains all that was in the memory of the VM, passwords and keys included/,
  );
  const [, digest = ''] = /^Pushed \S+@(sha256:[0-9a-f]{64})\n$/.exec(stdout) ?? [];
  assert.ok(stdout.startsWith(`Pushed ${reference}@`));
  {
    using _images = tryLock(locksDir(here.paths), 'oci-layout');
    assert.equal(
      await here.ok('snapshot', 'push', 'ready', reference),
      stdout,
      'the same snapshot is the same artifact',
    );
  }
  const answer = await fetch(`http://${registry.host}/v2/snapshots/ready/manifests/${digest}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  const manifest = (await answer.json()) as { artifactType: string; layers: { mediaType: string }[] };
  assert.equal(manifest.artifactType, 'application/vnd.ignite.snapshot.v1');
  assert.ok(
    manifest.layers.every(({ mediaType }) =>
      /^application\/vnd\.ignite\.snapshot\..*\+zstd$/.test(mediaType),
    ),
  );
  assert.match(
    await there.ok('snapshot', 'pull', reference),
    /^Pulled snapshot "ready" of VM "web": memory and disk, [\d.]+ MB, with ID "[0-9a-f]{16}"\n$/,
  );
  await assertSame('ready');
  const again = await there.run('snapshot', 'pull', reference);
  assert.match(again.stderr, /error: there is already a snapshot named "ready"/);
  {
    // The images of a host are not held up by a snapshot, which has a layout of its own.
    using _images = tryLock(locksDir(there.paths), 'oci-layout');
    await there.ok('snapshot', 'pull', `${registry.host}/snapshots/ready@${digest}`, 'second', '--disk-only');
  }
  assert.equal((await snapshotOf(there, 'second')).status.holds, 'Disk');
  await removeThere('ready', 'second');
});

test('a snapshot goes by a file that has its image too', async () => {
  const file = join(dir, 'ready.tar');
  await here.ok('snapshot', 'export', 'ready', file);
  assert.match(
    await there.ok('snapshot', 'import', file, 'filed'),
    /^Imported snapshot "filed" of VM "web": memory and disk/,
  );
  await assertSame('filed');
  await removeThere('filed');
  await here.ok('snapshot', 'export', 'ready', file, '--whole-disk');
  await there.ok('snapshot', 'import', file);
  const info = execFileSync(
    'qemu-img',
    ['info', '--output=json', join(await dirOf(there, 'ready'), 'root.qcow2')],
    { encoding: 'utf8' },
  );
  assert.ok(!info.includes('backing-filename'), 'the whole disk refers to no other');
  await removeThere('ready');
});

test('a snapshot goes by a pipe to its own host, which sends and takes at the same time', async () => {
  const { code, stdout, stderr } = await here.piped(
    ['snapshot', 'export', 'ready', '-'],
    ['snapshot', 'import', '-', 'again'],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Imported snapshot "again" of VM "web": memory and disk/);
  await here.ok('snapshot', 'rm', 'again');
});

interface Layout {
  readonly manifest: { artifactType?: string; config: Blob; layers: Blob[] };
  readonly config: Record<string, unknown> & {
    vmSpec: Record<string, unknown>;
    traits: Record<string, string>;
    parts: Record<string, number>;
    disk: Record<string, unknown>;
  };
  /** The folder with the blobs. */
  readonly blobs: string;
}
interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

/** Returns an archive that somebody has changed, whose digests are right again. */
function forged(change: (layout: Layout) => void): string {
  const work = mkdtempSync(join(dir, 'forged-'));
  execFileSync('tar', ['-C', work, '-xf', join(dir, 'plain.tar')]);
  const blobs = join(work, 'blobs/sha256');
  const read = (digest: string): unknown => JSON.parse(readFileSync(join(blobs, digest.slice(7)), 'utf8'));
  const put = (value: unknown): { digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(value));
    const name = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, name), bytes);
    return { digest: `sha256:${name}`, size: bytes.length };
  };
  const index = JSON.parse(readFileSync(join(work, 'index.json'), 'utf8')) as {
    manifests: (Blob & { annotations: Record<string, string> })[];
  };
  const entry = index.manifests.find(
    ({ annotations }) => annotations['org.opencontainers.image.ref.name'] === 'snapshot',
  )!;
  const manifest = read(entry.digest) as Layout['manifest'];
  const config = read(manifest.config.digest) as Layout['config'];
  change({ manifest, config, blobs });
  Object.assign(manifest.config, put(config));
  Object.assign(entry, put(manifest));
  writeFileSync(join(work, 'index.json'), JSON.stringify(index));
  execFileSync('tar', ['-C', work, '-cf', `${work}.tar`, '.']);
  rmSync(work, { recursive: true });
  return `${work}.tar`;
}

/** Replaces the content of a part by other bytes, packed. */
function replacePart({ manifest, config, blobs }: Layout, part: string, content: Buffer): void {
  const packed = execFileSync('zstd', ['-q', '-c'], { input: content, maxBuffer: 2 ** 30 });
  const name = createHash('sha256').update(packed).digest('hex');
  writeFileSync(join(blobs, name), packed);
  const layer = manifest.layers.find(({ mediaType }) => mediaType.includes(`.${part}.v1`))!;
  Object.assign(layer, { digest: `sha256:${name}`, size: packed.length });
  config.parts[part] = content.length;
}

const forgeries: Readonly<Record<string, readonly [(layout: Layout) => void, RegExp]>> = {
  'of a newer format': [
    ({ manifest }) => (manifest.artifactType = 'application/vnd.ignite.snapshot.v2'),
    /error: the snapshot has format 2, and this Ignite knows format 1\nhint: upgrade Ignite/,
  ],
  'of another VMM': [
    ({ config }) => (config.traits['VMM'] = 'QEMU 99.0.0'),
    /its VMM is QEMU 99\.0\.0, and here it is QEMU .*\nhint: bring its disk alone with --disk-only/,
  ],
  'that asks for a folder of this host': [
    ({ config }) =>
      Object.assign(config.vmSpec, {
        storage: {
          volumes: [{ name: 'etc', hostPath: { path: '/etc' } }],
          volumeMounts: [{ name: 'etc', mountPath: '/mnt' }],
        },
      }),
    /it asks for the folder \/etc/,
  ],
  'whose disk is a file of this host': [
    (layout) => {
      const disk = join(dir, 'evil.qcow2');
      execFileSync('qemu-img', [
        'create',
        '-q',
        '-u',
        '-f',
        'qcow2',
        '-F',
        'raw',
        '-b',
        '/etc/shadow',
        disk,
        '256M',
      ]);
      replacePart(layout, 'disk', readFileSync(disk));
      rmSync(disk);
    },
    /its disk is not as its config says/,
  ],
  'whose disk is on that of its image, and has its data in another file': [
    (layout) => {
      const [disk, data] = [join(dir, 'evil.qcow2'), join(dir, 'data')];
      const base = ['-u', '-F', 'raw', '-b', '/vm/base.ext4', '-o', `data_file=${data}`];
      execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...base, disk, '256M']);
      replacePart(layout, 'disk', readFileSync(disk));
      rmSync(disk);
      rmSync(data);
    },
    /its disk is not as its config says/,
  ],
  'whose kernel is another one': [
    (layout) => replacePart(layout, 'kernel', Buffer.from('another kernel')),
    /its kernel does not match its ID/,
  ],
  'that is based on another disk of its image': [
    ({ config }) => (config.disk['base'] = 'a'.repeat(64)),
    /the snapshot has only what differs from the disk of image .*\nhint: push or export it again with --whole-disk/,
  ],
};

test('what is damaged, forged or does not fit is refused with the reason, and nothing of it is kept', async (t) => {
  const plain = join(dir, 'plain.tar');
  await here.ok('snapshot', 'export', 'ready', plain);
  for (const [what, [change, pattern]] of Object.entries(forgeries))
    await t.test(`one ${what}`, async () => {
      const file = forged(change);
      await refused(pattern, 'snapshot', 'import', file);
      rmSync(file);
    });
  const cut = join(dir, 'cut.tar');
  cpSync(plain, cut);
  truncateSync(cut, 3_000_000);
  await refused(/not a snapshot that can be used here: /, 'snapshot', 'import', cut);
  rmSync(cut);
  const flipped = forged(({ manifest, blobs }) => {
    const path = join(blobs, manifest.layers[0]!.digest.slice('sha256:'.length));
    const content = readFileSync(path);
    content[content.length >> 1]! ^= 0xff;
    writeFileSync(path, content);
  });
  await refused(
    /not a snapshot that can be used here: .* its content does not match its digests/,
    'snapshot',
    'import',
    flipped,
  );
  await refused(/not a snapshot that can be used here: /, 'snapshot', 'import', '/dev/null');
  const orphan = forged(({ config }) =>
    Object.assign(config['image'] as object, {
      reference: `${registry.host}/none:1`,
      digest: `sha256:${'a'.repeat(64)}`,
    }),
  );
  registry.push(`oci-archive:${orphan}:snapshot`, 'snapshots/orphan:1');
  await refused(
    /error: image "\S+\/none:1" of the snapshot cannot be had: cannot import .*there is no such image\nhint: bring the image here first/,
    ...['snapshot', 'pull', `${registry.host}/snapshots/orphan:1`],
  );
  await refused(/it is an image, or something else/, 'snapshot', 'pull', `${registry.host}/busybox:1`);
  await refused(
    /there is no such image|cannot import/,
    'snapshot',
    'pull',
    `${registry.host}/snapshots/none:1`,
  );
  await refused(/not an image reference/, 'snapshot', 'pull', 'oci:/tmp/x');
  await refused(/not a snapshot name: "No"/, 'snapshot', 'import', plain, 'No');
});

test('a disk that is full leaves nothing, and the same command does it once there is room', async () => {
  const file = join(dir, 'plain.tar');
  for (const [ignite, args] of [
    [here, ['snapshot', 'push', 'ready', reference]],
    [here, ['snapshot', 'export', 'ready', join(dir, 'again.tar')]],
    [there, ['snapshot', 'pull', reference]],
    [there, ['snapshot', 'import', file]],
  ] as const) {
    const scratch = join(ignite.paths.dataDir, 'scratch');
    mkdirSync(scratch, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=711', 'tmpfs', scratch]);
    try {
      const { code, stderr } = await ignite.run(...args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(stderr, /ENOSPC|the disk is full/);
      assert.deepEqual(readdirSync(scratch), []);
    } finally {
      execFileSync('umount', [scratch]);
    }
    if (ignite === there) assertNothingThere();
    await ignite.ok(...args);
    if (ignite === there) await removeThere('ready');
  }
});

test('a transfer that is killed at any moment leaves nothing that stays, and the same command finishes it', async (t) => {
  const file = join(dir, 'plain.tar');
  const commands = [
    [here, ['snapshot', 'push', 'ready', reference]],
    [there, ['snapshot', 'pull', reference, 'killed']],
    [here, ['snapshot', 'export', 'ready', join(dir, 'killed.tar')]],
    [there, ['snapshot', 'import', file, 'killed']],
  ] as const;
  const seen: string[] = [];
  for (let round = 0; round < kills; round++) {
    const [ignite, args] = commands[round % commands.length]!;
    const command = ignite.start(args);
    await delay(300 + ((round * 379) % 1_500));
    command.kill();
    const { code } = await command.ended;
    seen.push(`${args[1]} ${code === null ? 'cut short' : 'done'}`);
    if (ignite === there) {
      const isMade = (await there.run('snapshot', 'inspect', 'killed')).code === 0;
      if (!isMade) await there.ok(...args);
      await there.ok('prune', '-f');
      assert.equal((await there.ok('snapshot', 'ls', '-q')).split('\n').filter(Boolean).length, 1);
      await assertSame('killed');
      await removeThere('killed');
    } else {
      await here.ok(...args);
      assert.deepEqual(
        namesIn(here, 'scratch').filter((name) => name.startsWith('snapshot-')),
        [],
      );
    }
  }
  t.diagnostic(seen.join(', '));
});
