import type { Arch } from '@ignite/api/v1/arch';
import { platformInvalid } from './errors.ts';

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
