import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { imageCorrupt, pullFailed } from './errors.ts';
import type { Platform } from '@ignite/api/v1/platform';
import type { SkopeoSource } from './source.ts';

export interface PullRequest {
  readonly source: SkopeoSource;
  readonly platform: Platform;
  readonly layout: string;
  /** The tag of the image in the layout. */
  readonly tag: string;
  /** How to access the registry, for a registry's image. */
  readonly access?: RegistryAccess;
  /** Docker's socket, if the source is Docker. */
  readonly dockerSocket?: string;
  /** The folder for temporary files. */
  readonly tmpDir: string;
  /** The size limit of blobs and of all other files that are written; absent for a trusted source. */
  readonly fileSizeLimit?: Bytes;
}

/** How skopeo may access a registry. */
export interface RegistryAccess {
  /**
   * A file with credentials in Docker's form. Without it, skopeo looks in its default places
   * (containers-auth.json(5)).
   */
  readonly authFile?: string;
  /** Allows plain HTTP, and any certificate. */
  readonly insecure: boolean;
}

/**
 * Fetches the image of one platform into an OCI layout, verifies every digest, and returns the digest of its
 * manifest.
 */
export async function pullImage(request: PullRequest, runner: Runner, signal: AbortSignal): Promise<string> {
  const { tmpDir, fileSizeLimit } = request;
  const digestFile = `${request.layout}.digest`;
  const env = { TMPDIR: tmpDir };
  const bound = fileSizeLimit === undefined ? {} : { fileSizeLimit };
  try {
    await runner.run({ tool: 'skopeo', args: pullArgs(request, digestFile), env, ...bound }, signal);
    return (await readFile(digestFile, 'utf8')).trim();
  } catch (failure) {
    throw pullFailed(request.source.name, failure);
  } finally {
    await rm(digestFile, { force: true });
  }
}

export function pullArgs(request: PullRequest, digestFile: string): readonly string[] {
  const { source, platform, access, dockerSocket } = request;
  return [
    ...(existsSync('/etc/containers/policy.json') ? [] : ['--insecure-policy']),
    `--override-os=${platform.os}`,
    `--override-arch=${platform.arch}`,
    'copy',
    '--quiet',
    '--retry-times=2',
    `--digestfile=${digestFile}`,
    ...(access?.authFile === undefined ? [] : [`--src-authfile=${access.authFile}`]),
    ...(access?.insecure ? ['--src-tls-verify=false'] : []),
    ...(dockerSocket === undefined ? [] : [`--src-daemon-host=unix://${dockerSocket}`]),
    source.location,
    `oci:${request.layout}:${request.tag}`,
  ];
}

/**
 * Reads what a registry has under a name, before anything else of it is requested: a manifest or an index of
 * at most 4 MiB.
 */
export async function readManifest(
  { source, access }: Pick<PullRequest, 'source' | 'access'>,
  runner: Runner,
  signal: AbortSignal,
): Promise<unknown> {
  const args = [
    ...['inspect', '--raw', '--retry-times=2'],
    ...(access?.authFile === undefined ? [] : [`--authfile=${access.authFile}`]),
    ...(access?.insecure ? ['--tls-verify=false'] : []),
    source.location,
  ];
  try {
    const { stdout } = await runner.run({ tool: 'skopeo', args }, signal);
    return JSON.parse(stdout);
  } catch (failure) {
    if (failure instanceof SyntaxError) throw imageCorrupt(source.name, 'its manifest is invalid', failure);
    throw pullFailed(source.name, failure);
  }
}

export interface CopyOutRequest {
  readonly layout: string;
  readonly tag: string;
  /** The destination in skopeo's words. */
  readonly destination: string;
  /** How to access the registry, for a destination in one. */
  readonly access?: RegistryAccess;
}

/** Copies an image out of an OCI layout, and returns the digest of the manifest that was written. */
export async function copyImageOut(
  request: CopyOutRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<string> {
  const digestFile = `${request.layout}.digest-out`;
  const { access } = request;
  const args = [
    ...(existsSync('/etc/containers/policy.json') ? [] : ['--insecure-policy']),
    'copy',
    '--quiet',
    '--retry-times=2',
    `--digestfile=${digestFile}`,
    ...(access?.authFile === undefined ? [] : [`--dest-authfile=${access.authFile}`]),
    ...(access?.insecure ? ['--dest-tls-verify=false'] : []),
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
