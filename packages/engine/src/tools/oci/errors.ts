import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { readReference } from '@ignite/api/v1/image-reference';
import type { ContainerEngine } from '../container-engine/errors.ts';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { parseDiskFile } from '../rootfs/disk-file.ts';

export type ImageErrorCode =
  | 'REFERENCE_INVALID'
  | 'IMAGE_MISSING'
  | 'IMAGE_CORRUPT'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_IN_USE'
  | 'IMAGE_NO_LAYERS'
  | 'PLATFORM_UNAVAILABLE'
  | 'REGISTRY_AUTH'
  | 'REGISTRY_RATE_LIMITED'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_FAILED'
  | 'DISK_FULL'
  | 'ARCHIVE_INVALID'
  | 'REGISTRY_INSECURE'
  | 'REGISTRY_CONFIG_INVALID'
  | 'CREDENTIAL_HELPER_FAILED';

export const referenceInvalid = (text: string): CodedError<ImageErrorCode> =>
  new CodedError('REFERENCE_INVALID', `not an image reference: ${JSON.stringify(text)}`, {
    hint: referenceHint(text),
  });

function referenceHint(text: string): string {
  if (/@(amd64|arm64)$/.test(text)) return 'use --arch for the architecture, not the image name';
  if (parseDiskFile(text))
    return `import the disk first with "ignite image import ${text}", and run the image by its name`;
  const lower = text.replace(/^https?:\/\//, '').toLowerCase();
  if (lower !== text && readReference(lower)) return `did you mean "${lower}"?`;
  return (
    archiveHint(text) ??
    'use [REGISTRY/]NAME[:TAG][@DIGEST], or oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME:TAG, containerd:NAME:TAG'
  );
}

/** The hint for who names an archive or folder of this host without saying what it is. */
const archiveHint = (text: string): string | undefined =>
  /^\.{0,2}\/|\.(tar|tgz|tar\.gz)$/.test(text)
    ? `for an archive use oci-archive:${text}, or docker-archive:${text} if "docker save" wrote it; for a folder with an OCI layout use oci:${text}`
    : undefined;

export const tagWithDigest = (text: string): CodedError<ImageErrorCode> =>
  new CodedError('REFERENCE_INVALID', `${JSON.stringify(text)} contains a digest`, {
    hint: 'use [REGISTRY/]NAME[:TAG]',
  });

/** The error for an image of another platform, which may be imported already. */
export const platformMismatch = (
  name: string,
  { wanted, found }: { readonly wanted: string; readonly found: string },
  cause?: unknown,
): CodedError<ImageErrorCode> =>
  new CodedError('PLATFORM_UNAVAILABLE', `image "${name}" is for ${found}, not for ${wanted}`, {
    hint: `use --arch ${found.split('/')[1]}, or an image for ${wanted}`,
    cause,
  });

export const imageCorrupt = (source: string, why: string, cause: unknown): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_CORRUPT', `image "${source}" is damaged: ${why}`, {
    hint: 'nothing of it was kept; import it again, and if that fails, rebuild the image',
    cause,
  });

export const imageTooLarge = (
  source: string,
  { packed, limit }: { readonly packed: Bytes; readonly limit: Bytes },
): CodedError<ImageErrorCode> =>
  new CodedError(
    'IMAGE_TOO_LARGE',
    `image "${source}" is larger than ${humanBytes(limit)} when unpacked (stored size: ${humanBytes(packed)})`,
    {
      hint: 'nothing of it was kept; if you trust the image, raise the limit with --max-size of "ignite image import", "ignite kernel import" or "ignite load"',
    },
  );

export const imageHasTooManyLayers = (source: string, most: number): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_TOO_LARGE', `image "${source}" has more than ${most} layers`, {
    hint: 'nothing of it was kept; rebuild it in fewer steps, or squash its layers',
  });

export const archiveInvalid = (why: string, cause?: unknown): CodedError<ImageErrorCode> =>
  new CodedError('ARCHIVE_INVALID', `not an image archive: ${why}`, {
    hint: 'use a file that "ignite save", "docker save" or "skopeo copy … oci-archive:FILE" wrote',
    cause,
  });

export const imageInUse = (name: string, vm: string): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_IN_USE', `image "${name}" is used by VM "${vm}"`, {
    hint: `remove the VM first with "ignite rm ${vm}", or use -f to remove it too`,
  });

export const imageInSnapshot = (name: string, snapshot: string): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_IN_USE', `image "${name}" is used by snapshot "${snapshot}"`, {
    hint: `remove the snapshot first with "ignite snapshot rm ${snapshot}"`,
  });

/** The message begins as the original Ignite's. */
export const registryInsecure = (registry: string): CodedError<ImageErrorCode> =>
  new CodedError(
    'REGISTRY_INSECURE',
    `Registry "${registry}" uses plain HTTP, but is not in the IGNITE_CONTAINERD_INSECURE_REGISTRIES env var`,
    {
      hint: 'add it there or to IGNITE_INSECURE_REGISTRIES, or remove "http://" from its name in config.json',
    },
  );

export const registryConfigInvalid = (file: string, cause: unknown): CodedError<ImageErrorCode> =>
  new CodedError('REGISTRY_CONFIG_INVALID', `${file} is not a valid config.json of Docker`, {
    hint: 'fix it, or log in again with "ignite login REGISTRY"',
    cause,
  });

/** Nothing in it may come from who has the password but the registry's own words. */
export const loginFailed = (registry: string, failure: unknown): unknown =>
  transferFailed(`log in to ${registry}`, failure, [
    {
      said: /invalid username\/password|unauthorized|authentication required|denied|status ?code\D*40[13]\b/i,
      code: 'REGISTRY_AUTH',
      what: 'it does not accept this username and password',
      hint: 'check both; some registries want an access token in the place of the password',
    },
    ...explanations,
  ]);

export const credentialHelperFailed = (
  { tool, file, said }: { readonly tool: string; readonly file: string; readonly said: string },
  cause: unknown,
): CodedError<ImageErrorCode> =>
  new CodedError('CREDENTIAL_HELPER_FAILED', `${tool}, which is configured in ${file}, failed: ${said}`, {
    hint: `install it, or remove it from ${file} and log in again`,
    cause,
  });

export const imageNotInEngine = (
  name: string,
  engine: ContainerEngine,
  namespaces: readonly string[] = [],
): CodedError<ImageErrorCode> =>
  new CodedError(
    'IMAGE_MISSING',
    `${engine} has no image "${name}"${namespaces.length === 0 ? '' : ` in ${namespaces.join(', ')}`}`,
    {
      hint:
        engine === 'docker'
          ? '"docker images" lists its images'
          : '"ctr namespaces list" and "ctr -n NAMESPACE images list" list its images; choose one with containerd://NAMESPACE/NAME',
    },
  );

export const platformNotInEngine = (
  name: string,
  engine: ContainerEngine,
  platform: string,
  cause?: unknown,
): CodedError<ImageErrorCode> =>
  new CodedError('PLATFORM_UNAVAILABLE', `${engine} has image "${name}", but not for ${platform}`, {
    hint: `pull it there for ${platform}, or import it from its registry`,
    cause,
  });

const full = {
  code: 'DISK_FULL',
  what: 'the disk is full',
  hint: 'free some space in the data directory, for example with "ignite rmi"; nothing incomplete was kept',
} as const;

export const diskFull = (what: string, cause?: ToolFailedError): CodedError<ImageErrorCode> =>
  new CodedError(full.code, `cannot ${what}: ${full.what}`, { hint: full.hint, cause });

const noSpace = /no space left on device/i;

export const isFull = (failure: unknown): failure is ToolFailedError =>
  failure instanceof ToolFailedError && noSpace.test(failure.stderr);

interface Explanation {
  readonly said: RegExp;
  readonly code: ImageErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** The messages of skopeo and the tools behind it, and what they mean to a user. The first match counts. */
const explanations: readonly Explanation[] = [
  {
    said: /no descriptor found for reference/,
    code: 'IMAGE_NO_LAYERS',
    what: 'it has no layers, because it was imported from a disk',
    hint: 'only OCI images can be pushed, saved, committed and exported with their VMs',
  },
  {
    said: /digest.*(did not match|mismatch|does not match)|did not match|unexpected EOF.*blob|verifying/i,
    code: 'IMAGE_CORRUPT',
    what: 'its content does not match its digests',
    hint: 'nothing of it was kept; try again, and if that fails, push the image to its registry again',
  },
  { said: noSpace, ...full },
  {
    said: /file too large/i,
    code: 'IMAGE_CORRUPT',
    what: 'the registry sends more data than declared',
    hint: 'nothing of it was kept; try again, and if that fails, do not trust the sender',
  },
  {
    said: /no image found in (manifest list|image index) for|choosing image instance/i,
    code: 'PLATFORM_UNAVAILABLE',
    what: 'it is not available for this platform',
    hint: 'choose another platform with --arch, such as arm64',
  },
  {
    said: /connection refused|no such host|i\/o timeout|network is unreachable|\bEOF\b|connection reset|(?<![\w/-])(x509|tls): |http response to HTTPS/i,
    code: 'REGISTRY_UNREACHABLE',
    what: 'the registry cannot be reached',
    hint: 'check the name and the network; add a plain-HTTP registry to $IGNITE_INSECURE_REGISTRIES, and a private CA to /etc/containers/certs.d',
  },
  {
    said: /unauthorized|authentication required|denied|status ?code\D*40[13]\b/i,
    code: 'REGISTRY_AUTH',
    what: 'the registry requires credentials, or rejected them',
    hint: 'log in with "ignite login REGISTRY" as root, or use --registry-config-dir with a directory that has a config.json',
  },
  {
    said: /toomanyrequests|too many requests|status ?code\D*429\b/i,
    code: 'REGISTRY_RATE_LIMITED',
    what: 'the registry allows no more pulls for now',
    hint: 'wait and try again, or log in to get a higher limit',
  },
  {
    said: /manifest unknown|name unknown|not found|status ?code\D*404\b|no such file or directory|no such image|does not exist/i,
    code: 'IMAGE_MISSING',
    what: 'there is no such image',
    hint: 'check the spelling of its name and tag',
  },
];

const notThisArchive = {
  code: 'ARCHIVE_INVALID',
  what: 'it is not an archive of this kind, or is incomplete',
  hint: 'use docker-archive:FILE for files of "docker save", and oci-archive:FILE for files of "skopeo copy" and "podman save --format oci-archive"',
} as const;

/** The explanations for an image from a file or folder of this host, with which no registry is involved. */
const fileExplanations: readonly Explanation[] = [
  {
    said: /initializing source oci-archive:.* open \S+\/oci\d+\/index\.json: no such file or directory/,
    ...notThisArchive,
  },
  {
    said: /initializing source (oci|oci-archive|docker-archive):.*(no such file or directory|not a directory)/,
    code: 'IMAGE_MISSING',
    what: 'there is no such file, or no OCI layout in that directory',
    hint: 'check the path',
  },
  {
    said: /initializing source (oci|oci-archive|docker-archive):.*(no descriptor found for reference|[Tt]ag .* not found)/,
    code: 'IMAGE_MISSING',
    what: 'it contains no image with that name',
    hint: 'omit the name after the path, or use one that it contains',
  },
  {
    said: /initializing source (oci-archive|docker-archive):.*(untarring|loading tar component)/,
    ...notThisArchive,
  },
];

/** Translates a failed pull into an error that a user can act on. */
export const pullFailed = (source: string, failure: unknown): unknown =>
  transferFailed(`import "${source}"`, failure, [...fileExplanations, ...registryExplanations(source)]);

/** What no registry has may be a file. */
function registryExplanations(source: string): readonly Explanation[] {
  const hint = archiveHint(source.replace(/:latest$/, ''));
  const mayBeFile: readonly ImageErrorCode[] = ['IMAGE_MISSING', 'REGISTRY_AUTH', 'REGISTRY_UNREACHABLE'];
  return hint === undefined
    ? explanations
    : explanations.map((each) => (mayBeFile.includes(each.code) ? { ...each, hint } : each));
}

/**
 * Translates a failed copy between registries, archives and this host into an error that a user can act on.
 */
export function transferFailed(what: string, failure: unknown, known = explanations): unknown {
  if (!(failure instanceof ToolFailedError)) return failure;
  if (failure.command.tool !== 'skopeo') return isFull(failure) ? diskFull(what, failure) : failure;
  const {
    code,
    what: why,
    hint,
  } = known.find(({ said }) => said.test(failure.stderr)) ?? {
    code: 'REGISTRY_FAILED' as const,
    what: 'the registry failed',
    hint: 'try again later; see the cause',
  };
  return new CodedError<ImageErrorCode>(code, `cannot ${what}: ${why}`, { hint, cause: failure });
}
