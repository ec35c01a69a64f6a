import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@ignite/toolkit/process/runner';
import { pullFailed } from './errors.ts';
import type { Platform } from './platform.ts';
import type { ImageSource } from './source.ts';

export interface PullRequest {
  readonly source: ImageSource;
  readonly platform: Platform;
  readonly layout: string;
  /** The tag it gets in the layout. */
  readonly tag: string;
  /** A folder with Docker's config.json. */
  readonly registryConfigDir?: string;
  /** Host names, with ports, of registries that may speak plain HTTP or show any certificate. */
  readonly insecureRegistries: readonly string[];
}

/**
 * Brings the image of one platform into an OCI layout, every digest verified, and returns its manifest's digest. The
 * caller holds the layout's lock.
 */
export async function pullImage(request: PullRequest, runner: Runner, signal: AbortSignal): Promise<string> {
  const digestFile = `${request.layout}.digest`;
  try {
    await runner.run({ tool: 'skopeo', args: pullArgs(request, digestFile) }, signal);
    return (await readFile(digestFile, 'utf8')).trim();
  } catch (failure) {
    throw pullFailed(request.source.name, failure);
  } finally {
    await rm(digestFile, { force: true });
  }
}

export function pullArgs(request: PullRequest, digestFile: string): readonly string[] {
  const { source, platform, registryConfigDir } = request;
  const insecure =
    source.registry !== undefined && mayBeInsecure(source.registry, request.insecureRegistries);
  return [
    ...(existsSync('/etc/containers/policy.json') ? [] : ['--insecure-policy']),
    `--override-os=${platform.os}`,
    `--override-arch=${platform.arch}`,
    'copy',
    '--quiet',
    '--retry-times=2',
    `--digestfile=${digestFile}`,
    ...(registryConfigDir === undefined ? [] : [`--src-authfile=${join(registryConfigDir, 'config.json')}`]),
    ...(insecure ? ['--src-tls-verify=false'] : []),
    source.location,
    `oci:${request.layout}:${request.tag}`,
  ];
}

export interface CopyOutRequest {
  readonly layout: string;
  readonly tag: string;
  /** Where it goes, in skopeo's words. */
  readonly destination: string;
  /** The registry that it goes to, with its port. */
  readonly registry?: string;
  readonly registryConfigDir?: string;
  readonly insecureRegistries: readonly string[];
}

/** Copies an image out of an OCI layout, and returns the digest of the manifest that was written. */
export async function copyImageOut(
  request: CopyOutRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<string> {
  const digestFile = `${request.layout}.digest-out`;
  const { registry, registryConfigDir } = request;
  const isInsecure = registry !== undefined && mayBeInsecure(registry, request.insecureRegistries);
  const args = [
    ...(existsSync('/etc/containers/policy.json') ? [] : ['--insecure-policy']),
    'copy',
    '--quiet',
    '--retry-times=2',
    `--digestfile=${digestFile}`,
    ...(registryConfigDir === undefined ? [] : [`--dest-authfile=${join(registryConfigDir, 'config.json')}`]),
    ...(isInsecure ? ['--dest-tls-verify=false'] : []),
    `oci:${request.layout}:${request.tag}`,
    request.destination,
  ];
  try {
    await runner.run({ tool: 'skopeo', args }, signal);
    return (await readFile(digestFile, 'utf8')).trim();
  } finally {
    await rm(digestFile, { force: true });
  }
}

/** As Docker does, a registry on this very host needs no TLS. */
function mayBeInsecure(registry: string, listed: readonly string[]): boolean {
  return listed.includes(registry) || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry);
}
