import type { Arch } from '@ignite/api/v1/arch';
import { platformInvalid } from './errors.ts';

/** OCI image-spec, "Image Index": operating system and architecture, in Go's words. */
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

/** The operating system may be left out, and the kernel's names for architectures serve too. @throws CodedError PLATFORM_INVALID */
export function parsePlatform(text: string): Platform {
  const [, name, variant] = /^(?:linux\/)?(\w+)(\/v8)?$/.exec(text) ?? [];
  const arch = archs.get(name ?? '');
  if (arch === undefined || (variant !== undefined && arch !== 'arm64')) throw platformInvalid(text);
  return { os: 'linux', arch };
}

export const formatPlatform = ({ os, arch }: Platform): string => `${os}/${arch}`;
