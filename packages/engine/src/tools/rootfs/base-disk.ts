import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { chmod, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { ImageConfig } from '@ignite/api/v1/image';
import { openWorkspace } from '@ignite/toolkit/files/workspace';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { bootModeOf, type InitFacts } from './boot-mode.ts';

export interface BaseDisk {
  readonly path: string;
  readonly size: Bytes;
  readonly bootMode: 'init' | 'entrypoint';
}

export interface BaseDiskRequest {
  /** The root of the unpacked image. */
  readonly root: string;
  /** The digest of the image, from which the file system has its name. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** The folder to create, which appears whole or not at all. */
  readonly dir: string;
}

/**
 * Creates a read-only ext4 from an image, which all its VMs share. It is only slightly larger than its
 * content, because a VM's disk is larger and the guest grows the file system. The caller holds a lock.
 */
export async function makeBaseDisk(
  request: BaseDiskRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<BaseDisk> {
  await using draft = await openWorkspace(dirname(request.dir), 'draft-');
  const bootMode = bootModeOf(request.config, initFacts(request.root));
  const disk = join(draft.path, 'base.ext4');
  await formatDisk(request, disk, runner, signal);
  await chmod(disk, 0o444);
  await writeFile(join(draft.path, 'boot-mode'), bootMode);
  await chmod(draft.path, 0o755);
  await rename(draft.path, request.dir);
  const path = join(request.dir, 'base.ext4');
  return { path, size: bytes((await stat(path)).size), bootMode };
}

/**
 * Creates the file system. Hosts with the same tools make the same one of an image, so that a snapshot needs only what differs from it:
 * its names come from the image, and its times are fixed.
 */
async function formatDisk(
  { root, digest }: BaseDiskRequest,
  disk: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const { stdout } = await runner.run({ tool: 'du', args: ['--summarize', '--inodes', root] }, signal);
  const inodes = Number(stdout.split('\t')[0]);
  const used = await runner.run({ tool: 'du', args: ['--summarize', '--block-size=4096', root] }, signal);
  const content = Number(used.stdout.split('\t')[0]) * 4096;
  // There are five percent and 24 MiB in addition, for the file system's tables, its journal, and what boot
  // writes before it grows.
  const size = Math.ceil((content * 1.05 + inodes * 512 + 24 * 2 ** 20) / 2 ** 20) * 2 ** 20;
  await writeFile(disk, '', { flag: 'wx' });
  await truncate(disk, size);
  const options = [
    '-q',
    '-F',
    '-b',
    '4096',
    '-I',
    '256',
    '-N',
    String(Math.max(inodes + 4_096, Math.floor(size / 16_384))),
  ];
  await runner.run(
    {
      tool: 'mke2fs',
      args: [
        ...options,
        '-t',
        'ext4',
        '-m',
        '0',
        '-L',
        'ignite-root',
        '-E',
        `lazy_itable_init=1,nodiscard,hash_seed=${uuidOf(digest)}`,
        '-U',
        uuidOf(digest),
        '-J',
        'size=8',
        '-d',
        root,
        disk,
      ],
      env: { E2FSPROGS_FAKE_TIME: String(fixedTime) },
    },
    signal,
  );
  const stdin = fixTimes(inodes);
  await runner.run(
    {
      tool: 'debugfs',
      args: ['-w', '-f', '-', disk],
      stdin,
      env: { E2FSPROGS_FAKE_TIME: String(fixedTime) },
    },
    signal,
  );
}

/** The beginning of 2020, in seconds. */
const fixedTime = Date.UTC(2020) / 1_000;
/** The inodes of the root and of the first other file, lost+found (ext4(5)). Others follow it in turn. */
const [rootInode, firstInode] = [2, 11] as const;

/**
 * Pure. Returns the requests to debugfs that set the times of inodes which are those of the moment when the image was unpacked. Times of
 * the last change of content are the image's own.
 */
function fixTimes(inodes: number): string {
  const used = [rootInode, ...Array.from({ length: inodes }, (_, at) => firstInode + at)];
  const fields = ['atime', 'ctime'] as const;
  return used
    .flatMap((inode) =>
      fields.flatMap((field) => [`sif <${inode}> ${field} @${fixedTime}`, `sif <${inode}> ${field}_extra 0`]),
    )
    .join('\n');
}

/** Pure. Returns a UUID that is made from a digest. */
const uuidOf = (digest: string): string =>
  digest.replace(/^sha256:/, '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

function initFacts(root: string): InitFacts {
  const init = ['/sbin/init', '/usr/lib/systemd/systemd', '/lib/systemd/systemd']
    .map((path) => resolveInside(root, path))
    .find(Boolean);
  return { ...(init !== undefined && { init }), openrc: existsSync(join(root, 'sbin/openrc')) };
}

/**
 * Resolves `path` within `root` without ever leaving it. Returns the path in the image, or `undefined` if
 * there is no such file.
 */
export function resolveInside(root: string, path: string): string | undefined {
  let done = '/';
  let rest = path.split('/').filter(Boolean);
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...others] = rest;
    const next = posix.join(done, part);
    const found = lstatSync(join(root, next), { throwIfNoEntry: false });
    if (!found) return undefined;
    rest = others;
    if (!found.isSymbolicLink()) {
      done = next;
      continue;
    }
    if ((links += 1) > 40) return undefined;
    const target = readlinkSync(join(root, next));
    if (target.startsWith('/')) done = '/';
    rest = [...target.split('/').filter(Boolean), ...others];
  }
  return done;
}
