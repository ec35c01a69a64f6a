import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '@ignite/api/v1/arch';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { hostArch } from '../host/arch.ts';
import { packageUnavailable } from './errors.ts';

/** Debian's packages of one architecture, from the sources of this host's apt. Nothing is installed. */
export interface PackageArchive {
  /**
   * Returns the first package with this prefix that `name` depends on.
   * @throws CodedError KERNEL_PACKAGE_UNAVAILABLE
   */
  dependency(name: string, prefix: string, signal: AbortSignal): Promise<string>;
  /**
   * Unpacks a package into `root`.
   * @throws CodedError KERNEL_PACKAGE_UNAVAILABLE
   */
  unpack(name: string, root: string, signal: AbortSignal): Promise<void>;
  /**
   * Unpacks packages and everything they depend on into `root`.
   * @throws CodedError KERNEL_PACKAGE_UNAVAILABLE
   */
  unpackWhole(names: readonly string[], root: string, signal: AbortSignal): Promise<void>;
}

/**
 * Opens the packages through apt and dpkg-deb. No other file knows their arguments. Lists and downloads that
 * are kept are in `dir`.
 */
export function openPackageArchive(arch: Arch, dir: string, runner: Runner): PackageArchive {
  const options = arch === hostArch ? nativeOptions : foreignOptions(arch, dir);
  const apt = async (tool: 'apt-get' | 'apt-cache', args: readonly string[], signal: AbortSignal) =>
    (await runner.run({ tool, args: [...args, ...options], cwd: dir }, signal)).stdout;
  const update = async (signal: AbortSignal): Promise<void> => {
    await mkdir(join(dir, 'lists', 'partial'), { recursive: true });
    await apt('apt-get', ['update', '-q'], signal);
  };

  return {
    async dependency(name, prefix, signal) {
      const find = async (): Promise<string | undefined> =>
        firstDependency(await apt('apt-cache', ['depends', '--no-recommends', name], signal), prefix);
      const found = (await unlessFailed(find)) ?? (await update(signal), await unlessFailed(find));
      if (found === undefined) throw packageUnavailable(name, undefined);
      return found;
    },
    async unpack(name, root, signal) {
      const before = new Set(await readdir(dir));
      try {
        await apt('apt-get', ['download', '-q', name], signal);
      } catch (failure) {
        throw unavailable(name, failure);
      }
      const packages = (await readdir(dir)).filter((file) => file.endsWith('.deb') && !before.has(file));
      await extract(
        packages.map((file) => join(dir, file)),
        root,
        runner,
        signal,
      );
    },
    async unpackWhole(names, root, signal) {
      const archives = join(dir, 'archives');
      await mkdir(join(archives, 'partial'), { recursive: true });
      const args = ['install', '--download-only', '-q', '-y', '--no-install-recommends', ...names];
      try {
        await update(signal);
        await apt('apt-get', [...args, '-o', `Dir::Cache::archives=${archives}`], signal);
      } catch (failure) {
        throw unavailable(names.join(', '), failure);
      }
      const packages = (await readdir(archives)).filter((file) => file.endsWith('.deb'));
      await extract(
        packages.map((file) => join(archives, file)),
        root,
        runner,
        signal,
      );
    },
  };
}

const nativeOptions = ['-o', 'APT::Sandbox::User=root'];

/**
 * Returns the options that let apt work as if this were a host of `arch` with nothing installed. This host's
 * dpkg is not involved (apt.conf(5)).
 */
const foreignOptions = (arch: Arch, dir: string): readonly string[] =>
  [
    ...['APT::Sandbox::User=root', `APT::Architecture=${arch}`, `APT::Architectures=${arch}`],
    ...[`Dir::State=${dir}`, `Dir::State::lists=${join(dir, 'lists')}`, 'Dir::State::status=/dev/null'],
    ...[`Dir::Cache=${join(dir, 'cache')}`, 'Acquire::Languages=none'],
  ].flatMap((option) => ['-o', option]);

/** Pure. Returns the first matching dependency in the output of `apt-cache depends`. */
function firstDependency(text: string, prefix: string): string | undefined {
  return [...text.matchAll(/Depends: (\S+)/g)]
    .map(([, name]) => name!)
    .find((name) => name.startsWith(prefix));
}

async function unlessFailed<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (failure) {
    if (failure instanceof ToolFailedError) return undefined;
    throw failure;
  }
}

async function extract(
  packages: readonly string[],
  root: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  for (const path of packages)
    await runner.run({ tool: 'dpkg-deb', args: ['--extract', path, root] }, signal);
}

const unavailable = (name: string, failure: unknown): unknown =>
  failure instanceof ToolFailedError ? packageUnavailable(name, failure) : failure;
