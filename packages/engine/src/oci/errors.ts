import { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { HostDaemon } from '../host/errors.ts';
import { ToolFailedError } from '@ignite/toolkit/process/runner';
import { type Bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import { parseDiskFile } from '../rootfs/disk-file.ts';

export type ImageErrorCode =
  | 'REFERENCE_INVALID'
  | 'PLATFORM_INVALID'
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
  if (/@(amd64|arm64)$/.test(text)) return 'name the architecture by --arch, not behind the name';
  return parseDiskFile(text)
    ? `make an image of the disk first with "ignite image import ${text}", and run that by its name`
    : 'write [REGISTRY/]NAME[:TAG][@DIGEST], or oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME:TAG, containerd:NAME:TAG';
}

export const tagWithDigest = (text: string): CodedError<ImageErrorCode> =>
  new CodedError('REFERENCE_INVALID', `${JSON.stringify(text)} names a digest: an image has its own`, {
    hint: 'write [REGISTRY/]NAME[:TAG]',
  });

export const platformInvalid = (text: string): CodedError<ImageErrorCode> =>
  new CodedError('PLATFORM_INVALID', `not a platform: ${JSON.stringify(text)}`, {
    hint: 'write linux/amd64 or linux/arm64, or amd64 or arm64 alone',
  });

/** The error for an image of another platform, which may be imported already. */
export const platformMismatch = (
  name: string,
  { wanted, found }: { readonly wanted: string; readonly found: string },
  cause?: unknown,
): CodedError<ImageErrorCode> =>
  new CodedError('PLATFORM_UNAVAILABLE', `image "${name}" is made for ${found}, not for ${wanted}`, {
    hint: `say --arch ${found.split('/')[1]} to have it as it is, or name an image that is made for ${wanted}`,
    cause,
  });

export const imageCorrupt = (source: string, why: string, cause: unknown): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_CORRUPT', `image "${source}" is damaged: ${why}`, {
    hint: 'nothing of it was kept; import it again, and if it fails again build it again',
    cause,
  });

export const imageTooLarge = (
  source: string,
  { packed, limit }: { readonly packed: Bytes; readonly limit: Bytes },
): CodedError<ImageErrorCode> =>
  new CodedError(
    'IMAGE_TOO_LARGE',
    `image "${source}" would take more than ${humanBytes(limit)} unpacked, of the ${humanBytes(packed)} that it is stored in`,
    {
      hint: 'nothing of it was kept; if you trust it, allow it more with --max-size of "ignite image import", "ignite kernel import" or "ignite load"',
    },
  );

export const imageHasTooManyLayers = (source: string, most: number): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_TOO_LARGE', `image "${source}" has more than ${most} layers`, {
    hint: 'nothing of it was brought; build it again in fewer steps, or with its layers made one',
  });

export const archiveInvalid = (why: string, cause?: unknown): CodedError<ImageErrorCode> =>
  new CodedError('ARCHIVE_INVALID', `not an archive of images: ${why}`, {
    hint: 'give a file that "ignite save", "docker save" or "skopeo copy … oci-archive:FILE" wrote',
    cause,
  });

export const imageInUse = (name: string, vm: string): CodedError<ImageErrorCode> =>
  new CodedError('IMAGE_IN_USE', `image "${name}" is used by VM "${vm}"`, {
    hint: `remove the VM first with "ignite rm ${vm}", or use -f to remove it too`,
  });

/** The message begins as the original Ignite's. */
export const registryInsecure = (registry: string): CodedError<ImageErrorCode> =>
  new CodedError(
    'REGISTRY_INSECURE',
    `Registry "${registry}" uses plain HTTP, but is not in the IGNITE_CONTAINERD_INSECURE_REGISTRIES env var`,
    {
      hint: 'list it there or in IGNITE_INSECURE_REGISTRIES, or take "http://" from its name in config.json',
    },
  );

export const registryConfigInvalid = (file: string, cause: unknown): CodedError<ImageErrorCode> =>
  new CodedError('REGISTRY_CONFIG_INVALID', `${file} is not a config.json of Docker`, {
    hint: 'mend it, or remove it and log in anew with "ignite login REGISTRY"',
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
  new CodedError('CREDENTIAL_HELPER_FAILED', `${tool}, which ${file} names, failed: ${said}`, {
    hint: `install it, or take it out of ${file} and log in anew`,
    cause,
  });

export const imageNotInDaemon = (
  name: string,
  daemon: HostDaemon,
  namespaces: readonly string[] = [],
): CodedError<ImageErrorCode> =>
  new CodedError(
    'IMAGE_MISSING',
    `${daemon} has no image "${name}"${namespaces.length === 0 ? '' : ` in ${namespaces.join(', ')}`}`,
    {
      hint:
        daemon === 'docker'
          ? '"docker images" lists what it has'
          : '"ctr namespaces list" and "ctr -n NAMESPACE images list" list what it has; name one with containerd://NAMESPACE/NAME',
    },
  );

export const platformNotInDaemon = (
  name: string,
  daemon: HostDaemon,
  platform: string,
  cause?: unknown,
): CodedError<ImageErrorCode> =>
  new CodedError('PLATFORM_UNAVAILABLE', `${daemon} has image "${name}", but not for ${platform}`, {
    hint: `pull it there for ${platform}, or import it from its registry`,
    cause,
  });

const full = {
  code: 'DISK_FULL',
  what: 'the disk is full',
  hint: 'free some space below the data directory; "ignite rmi" removes images; nothing half-made was kept',
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
    what: 'it has no layers: it was made of a disk',
    hint: 'only OCI images can be pushed, saved and committed, and exported with their VMs',
  },
  {
    said: /digest.*(did not match|mismatch|does not match)|did not match|unexpected EOF.*blob|verifying/i,
    code: 'IMAGE_CORRUPT',
    what: 'its content is not what its digests promise',
    hint: 'nothing of it was kept; try again, and if it fails again push it again to its registry',
  },
  { said: noSpace, ...full },
  {
    said: /file too large/i,
    code: 'IMAGE_CORRUPT',
    what: 'it sends more than it declares',
    hint: 'nothing of it was kept; try again, and if it fails again mistrust whoever sent it',
  },
  {
    said: /no image found in (manifest list|image index) for|choosing image instance/i,
    code: 'PLATFORM_UNAVAILABLE',
    what: 'it is not made for this platform',
    hint: 'name another one with --arch, such as arm64',
  },
  {
    said: /connection refused|no such host|i\/o timeout|network is unreachable|\bEOF\b|connection reset|(?<![\w/-])(x509|tls): |http response to HTTPS/i,
    code: 'REGISTRY_UNREACHABLE',
    what: 'its registry cannot be reached',
    hint: 'check the name and the network; list a plain-HTTP registry in $IGNITE_INSECURE_REGISTRIES, put a private CA below /etc/containers/certs.d',
  },
  {
    said: /unauthorized|authentication required|denied|status ?code\D*40[13]\b/i,
    code: 'REGISTRY_AUTH',
    what: 'the registry wants credentials, or does not accept these',
    hint: 'log in with "ignite login REGISTRY" as root, or name a folder with a config.json by --registry-config-dir',
  },
  {
    said: /toomanyrequests|too many requests|status ?code\D*429\b/i,
    code: 'REGISTRY_RATE_LIMITED',
    what: 'the registry allows no more pulls for now',
    hint: 'wait and try again, or log in to have a higher limit',
  },
  {
    said: /manifest unknown|name unknown|not found|status ?code\D*404\b|no such file or directory|no such image|does not exist/i,
    code: 'IMAGE_MISSING',
    what: 'there is no such image',
    hint: 'check the spelling of its name and tag',
  },
];

/** The explanations for an image from a file or folder of this host, with which no registry is involved. */
const fileExplanations: readonly Explanation[] = [
  {
    said: /initializing source (oci|oci-archive|docker-archive):.*(no such file or directory|not a directory)/,
    code: 'IMAGE_MISSING',
    what: 'there is no such file, or no OCI layout in that folder',
    hint: 'check its path',
  },
  {
    said: /initializing source (oci|oci-archive|docker-archive):.*(no descriptor found for reference|[Tt]ag .* not found)/,
    code: 'IMAGE_MISSING',
    what: 'it holds no image of that name',
    hint: 'leave out the name behind its path, or name one that it holds',
  },
  {
    said: /initializing source (oci-archive|docker-archive):.*(untarring|loading tar component)/,
    code: 'ARCHIVE_INVALID',
    what: 'it is no archive of this kind, or not all of one',
    hint: '"docker save" writes what is docker-archive:FILE, "skopeo copy" and "podman save --format oci-archive" what is oci-archive:FILE',
  },
];

/** Translates a failed pull into an error that a user can act on. */
export const pullFailed = (source: string, failure: unknown): unknown =>
  transferFailed(`import "${source}"`, failure, [...fileExplanations, ...explanations]);

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
    what: 'its registry failed',
    hint: 'try again later; the cause is what skopeo said',
  };
  return new CodedError<ImageErrorCode>(code, `cannot ${what}: ${why}`, { hint, cause: failure });
}
