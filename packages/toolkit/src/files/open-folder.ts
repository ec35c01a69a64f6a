import { type Stats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rmdir, unlink } from 'node:fs/promises';

const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * A folder that is held open: it stays the same one, whatever others make of its path. Names in it lead to what is in it
 * and never through a symlink, as with openat(2), which Node has not; the kernel's links in /proc/self/fd do it here.
 */
export class OpenFolder implements AsyncDisposable {
  readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** Symlinks in `path` are followed: it is whoever names it who says where it leads. */
  static async at(path: string | Buffer): Promise<OpenFolder> {
    return new OpenFolder(await open(path, folderOnly));
  }

  /** A folder in this one, and no symlink to one. */
  async enter(name: string | Buffer): Promise<OpenFolder> {
    return new OpenFolder(await open(this.pathOf(name), folderOnly | constants.O_NOFOLLOW));
  }

  /** For this process, and as the `cwd` of one that it starts. Names need not be UTF-8. */
  pathOf(name: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.handle.fd}/`), Buffer.from(name)]);
  }

  async names(): Promise<readonly Buffer[]> {
    return await readdir(this.pathOf(''), { encoding: 'buffer' });
  }

  /** What has that name, a symlink as itself; undefined where nothing has. */
  async find(name: string | Buffer): Promise<Stats | undefined> {
    try {
      return await lstat(this.pathOf(name));
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }

  /** Removes all that is in it, however deep: paths of any length, which rm of Node has not. */
  async clear(): Promise<void> {
    for (const name of await this.names()) {
      if ((await this.find(name))?.isDirectory()) {
        await using folder = await this.enter(name);
        await folder.clear();
        await rmdir(this.pathOf(name));
      } else await unlink(this.pathOf(name));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}
