import { type Stats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rmdir, unlink } from 'node:fs/promises';

const folderOnly = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * A folder that is held open, so that it stays the same folder whatever others do with its path. Names in it
 * never lead through a symlink. Node lacks openat(2); the kernel's links in /proc/self/fd take its place.
 */
export class OpenFolder implements AsyncDisposable {
  readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /**
   * Opens the folder at `path`. Symlinks in it are followed, because whoever gives the path decides where it
   * leads.
   */
  static async at(path: string | Buffer): Promise<OpenFolder> {
    return new OpenFolder(await open(path, folderOnly));
  }

  /** Opens a folder within this one. A symlink is refused. */
  async enter(name: string | Buffer): Promise<OpenFolder> {
    return new OpenFolder(await open(this.pathOf(name), folderOnly | constants.O_NOFOLLOW));
  }

  /**
   * Returns a path to an entry, for this process or with the folder as the `cwd` of a child. Names need not
   * be UTF-8.
   */
  pathOf(name: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.handle.fd}/`), Buffer.from(name)]);
  }

  async names(): Promise<readonly Buffer[]> {
    return await readdir(this.pathOf(''), { encoding: 'buffer' });
  }

  /** Returns the stats of an entry, or `undefined` if there is none. A symlink is not followed. */
  async find(name: string | Buffer): Promise<Stats | undefined> {
    try {
      return await lstat(this.pathOf(name));
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }

  /** Removes all entries, however deep. Paths may be longer than Node's `rm` supports. */
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
