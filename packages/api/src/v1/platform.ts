import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { Arch } from './arch.ts';

export type PlatformErrorCode = 'PLATFORM_INVALID';

/** A platform in Go's words: operating system and architecture (OCI image-spec, "Image Index"). */
export interface Platform {
  readonly os: 'linux';
  readonly arch: Arch;
}

const archs: ReadonlyMap<string, Arch> = new Map([
  ['amd64', 'amd64'],
  ['x86_64', 'amd64'],
  ['arm64', 'arm64'],
  ['aarch64', 'arm64'],
]);

/**
 * Parses a platform. The operating system may be omitted, and the kernel's names of architectures are
 * accepted too.
 * @throws CodedError PLATFORM_INVALID
 */
export function parsePlatform(text: string): Platform {
  const [, name, variant] = /^(?:linux\/)?(\w+)(\/v8)?$/.exec(text) ?? [];
  const arch = archs.get(name ?? '');
  if (arch === undefined || (variant !== undefined && arch !== 'arm64')) throw platformInvalid(text);
  return { os: 'linux', arch };
}

export const formatPlatform = ({ os, arch }: Platform): string => `${os}/${arch}`;

const platformInvalid = (text: string): CodedError<PlatformErrorCode> =>
  new CodedError('PLATFORM_INVALID', `not a platform: ${JSON.stringify(text)}`, {
    hint: 'use linux/amd64, linux/arm64, amd64 or arm64',
  });
