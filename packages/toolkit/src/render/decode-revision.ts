import { decodeAnyKind } from '../codec/decode-any-kind.ts';
import { type DecodeOptions, decodeManifests } from '../codec/decode-manifests.ts';
import type { Position } from '../codec/errors.ts';
import type { Manifest } from '../codec/manifest.ts';
import { CodedError } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { SourceFile } from '../source/source.ts';
import { type Resource, resolveOverlay } from './overlay.ts';
import { substitute } from './substitute.ts';

/** The text of a revision, and how to read it. */
export interface RevisionText {
  readonly files: readonly SourceFile[];
  /** The folder of the source to read. */
  readonly path: string;
  readonly unknownKinds: 'refuse' | 'ignore';
  /** The values of variables; if `undefined`, `${…}` is left alone. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The namespace of objects that name none. */
  readonly namespace?: string;
  /** True if objects of all kinds are read as they stand, for a server that knows them. */
  readonly anyKind?: boolean;
}

/**
 * The objects of one file, or why it could not be read. A file that several overlays name appears several
 * times.
 */
export interface DecodedFile {
  readonly file: string;
  readonly manifests: readonly Manifest[];
  /** The parts of the file that have no effect although the author may expect one. */
  readonly remarks: readonly { readonly remark: string; readonly at: Position }[];
  readonly problem?: string;
  /** What else is wrong with the file. */
  readonly furtherProblems?: readonly string[];
}

/** The limits of what a revision may declare. */
export interface DecodeLimits {
  /** The length of one file, in UTF-16 code units. */
  readonly fileLength: number;
  /** The number of objects in all files. */
  readonly objects: number;
}

/**
 * Pure. Decodes the files of a revision. A file that cannot be read does not stop the others.
 * @throws CodedError RENDER_TOO_LARGE
 */
export function decodeRevision(
  text: RevisionText,
  scheme: Scheme,
  limits: DecodeLimits = { fileLength: Infinity, objects: Infinity },
): readonly DecodedFile[] {
  let resources: readonly Resource[];
  try {
    resources = resolveOverlay(new Map(text.files.map((file) => [file.path, file])), text.path);
  } catch (failure) {
    return [{ file: text.path, manifests: [], remarks: [], problem: errorText(failure) }];
  }
  let objects = 0;
  return resources.map((resource) => {
    const decoded = decodeResource(resource, text, scheme, limits.fileLength);
    objects += decoded.manifests.length;
    if (objects > limits.objects)
      throw new CodedError('RENDER_TOO_LARGE', `more than ${limits.objects} objects are declared`, {
        hint: 'split the source into directories, each with its own Sync',
      });
    return decoded;
  });
}

function decodeResource(
  { file, transforms }: Resource,
  { unknownKinds, variables, namespace, anyKind = false }: RevisionText,
  scheme: Scheme,
  lengthLimit: number,
): DecodedFile {
  const remarks: { remark: string; at: Position }[] = [];
  try {
    const text = variables === undefined ? file.text : substitute(file.text, variables, file.path);
    if (text.length > lengthLimit)
      return { file: file.path, manifests: [], remarks, problem: `${file.path}: too large; split it` };
    const options: DecodeOptions = {
      transform: (raw) => transforms.reduce((object, transform) => transform(object), raw),
      ...(unknownKinds === 'ignore' && { onUnknown: () => {} }),
      ...(namespace !== undefined && { namespace }),
      onRemark: (remark, at) => void remarks.push({ remark, at }),
    };
    const manifests = anyKind
      ? decodeAnyKind(text, file.path, options)
      : decodeManifests(text, file.path, scheme, options);
    return { file: file.path, manifests, remarks };
  } catch (failure) {
    const further = failure instanceof CodedError ? failure.further : [];
    return {
      file: file.path,
      manifests: [],
      remarks,
      problem: errorText(failure),
      furtherProblems: further,
    };
  }
}
