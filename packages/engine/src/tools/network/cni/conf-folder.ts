import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import { configBroken, networkNotFound } from '../errors.ts';
import { type ConfList, defaultConfList, parseConfList } from './conf-list.ts';
import type { DefaultNetwork } from './default-network.ts';

export interface ConfFile {
  readonly path: string;
  readonly list: ConfList;
}

export interface BrokenFile {
  readonly path: string;
  readonly failure: CodedError;
}

/** Where the networks of VMs are looked up. */
export interface NetworkLists {
  /** Returns the list of the default network. */
  default(): Promise<ConfList>;
  /**
   * Returns the list with a name.
   * @throws CodedError NETWORK_NOT_FOUND
   */
  named(name: string): Promise<ConfList>;
  /** Returns the name of the default network, or `undefined` if its list cannot be read. */
  defaultName(): Promise<string | undefined>;
}

const ownLists = /(^|-)ignite.*\.conflist$/;

/** A folder of CNI network configurations, such as `/etc/cni/net.d`, which runtimes share. */
export class ConfFolder implements NetworkLists {
  readonly #dir: string;
  readonly #fallback: DefaultNetwork;

  constructor(dir: string, fallback: DefaultNetwork) {
    this.#dir = dir;
    this.#fallback = fallback;
  }

  /**
   * Returns the first list, by file name, whose file is named after Ignite. If there is none, the default
   * list is written. Lists of other runtimes are used only by name.
   */
  async default(): Promise<ConfList> {
    const first = (await this.#names()).find((name) => ownLists.test(name));
    if (first === undefined) return await this.#writeDefault();
    return await readConfList(join(this.#dir, first));
  }

  /**
   * Returns the list with a name.
   * @throws CodedError NETWORK_NOT_FOUND
   */
  async named(name: string): Promise<ConfList> {
    const { files, broken } = await this.all();
    const found = files.find(({ list }) => list.name === name);
    if (found) return found.list;
    if (name === (await this.defaultName())) return await this.default();
    throw networkNotFound(
      name,
      [...new Set(files.map(({ list }) => list.name))],
      broken.map(({ path }) => path),
    );
  }

  /**
   * Returns the name of the default network, even if its list is not written yet, or `undefined` if the list
   * cannot be read.
   */
  async defaultName(): Promise<string | undefined> {
    const first = (await this.#names()).find((name) => ownLists.test(name));
    if (first === undefined) return this.#fallback.name;
    const { files } = await this.all();
    return files.find(({ path }) => path === join(this.#dir, first))?.list.name;
  }

  /**
   * Returns all configurations, by file name, and the failures of the files that are not configurations. It
   * writes nothing.
   */
  async all(): Promise<{ readonly files: readonly ConfFile[]; readonly broken: readonly BrokenFile[] }> {
    const files: ConfFile[] = [];
    const broken: BrokenFile[] = [];
    for (const name of await this.#names()) {
      const path = join(this.#dir, name);
      try {
        files.push({ path, list: await readConfList(path) });
      } catch (failure) {
        if (!hasCode(failure, 'CNI_CONFIG_BROKEN')) throw failure;
        broken.push({ path, failure });
      }
    }
    return { files, broken };
  }

  async #names(): Promise<readonly string[]> {
    return (await namesIn(this.#dir)).filter((name) => /\.(conflist|conf|json)$/.test(name)).sort();
  }

  async #writeDefault(): Promise<ConfList> {
    await mkdir(this.#dir, { recursive: true });
    const list = defaultConfList(this.#fallback);
    await replaceFile(join(this.#dir, '10-ignite.conflist'), `${JSON.stringify(list, null, 2)}\n`, 0o644);
    return list;
  }
}

/**
 * Reads a configuration.
 * @throws CodedError CNI_CONFIG_BROKEN
 */
async function readConfList(path: string): Promise<ConfList> {
  try {
    return parseConfList(await readFile(path, 'utf8'));
  } catch (failure) {
    throw configBroken(path, failure);
  }
}
