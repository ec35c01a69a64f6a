import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { scheme } from '../scheme.ts';
import { apiVersion } from '@ignite/api/v1/group';
import { namedByReferenceSchema } from '@ignite/api/v1/named-by-reference';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import { type VmSpec, vmSpecSchema } from '@ignite/api/v1/vm';
import { convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import * as v from 'valibot';
import { legacyInvalid } from './errors.ts';

/**
 * The scheme also accepts names with dots, which the original allowed. Such objects get a name that is a
 * valid host name later.
 */
const readable = new Scheme(
  scheme.kinds
    .filter(({ kind }) => kind === 'VM' || kind === 'Image' || kind === 'Kernel')
    .map((kind) => ({
      ...kind,
      versions: kind.versions.map((version) =>
        version.conversion ? version : { ...version, metadata: namedByReferenceSchema },
      ),
    })),
);

export type LegacyKind = 'Image' | 'Kernel' | 'VM';
const folders: Readonly<Record<LegacyKind, string>> = { Image: 'image', Kernel: 'kernel', VM: 'vm' };

/** An object of the original's data directory, converted to v1. */
export interface LegacyObject {
  readonly uid: string;
  /** The folder that contains its files. */
  readonly dir: string;
  readonly name: string;
  /** The time of creation (RFC 3339). */
  readonly created?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

export interface LegacyVm extends LegacyObject {
  readonly spec: VmSpec;
}

/** Pure. Returns the metadata of the object that replaces it, which keeps uid, age and labels. */
export const legacyMetadata = ({ uid, labels, annotations, created }: LegacyObject, name: string) => ({
  name,
  uid,
  labels,
  annotations,
  ...(created !== undefined && { creationTimestamp: created }),
});

/** A folder whose metadata cannot be read. */
export interface BrokenObject {
  readonly kind: LegacyKind;
  readonly uid: string;
  readonly problem: string;
}

export interface LegacyTree {
  readonly images: readonly LegacyObject[];
  readonly kernels: readonly LegacyObject[];
  readonly vms: readonly LegacyVm[];
  readonly broken: readonly BrokenObject[];
}

/**
 * Reads a data directory of the original, and changes nothing in it. A broken object does not hide the
 * others.
 * @throws CodedError LEGACY_INVALID if it is not such a directory
 */
export async function readLegacyTree(root: string): Promise<LegacyTree> {
  const broken: BrokenObject[] = [];
  const read = async (kind: LegacyKind): Promise<readonly LegacyObject[]> => {
    const uids = await foldersIn(root, folders[kind]);
    const found: LegacyObject[] = [];
    for (const uid of uids ?? []) {
      try {
        found.push(await readObject(kind, uid, join(root, folders[kind], uid)));
      } catch (failure) {
        broken.push({ kind, uid, problem: errorText(failure) });
      }
    }
    return found;
  };
  if ((await Promise.all(Object.values(folders).map((name) => foldersIn(root, name)))).every((each) => !each))
    throw legacyInvalid(
      `${root} is not a data directory of the original Ignite`,
      'use --from with the directory that contains vm, image and kernel',
    );
  const [images, kernels, vms] = [await read('Image'), await read('Kernel'), await read('VM')];
  return { images, kernels, vms: vms.map(withDefaults), broken };
}

/** Returns the names of the folders within a folder, or `undefined` if it does not exist. */
async function foldersIn(root: string, name: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(join(root, name), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw legacyInvalid(
      `${join(root, name)} cannot be read: ${errorText(failure)}`,
      'run it as root',
      failure,
    );
  }
}

async function readObject(kind: LegacyKind, uid: string, dir: string): Promise<LegacyObject> {
  const path = join(dir, 'metadata.json');
  const [object] = convertManifests(await readFile(path, 'utf8'), path, readable, () => apiVersion);
  if (object?.kind !== kind) throw new Error(`${path} declares no ${kind}`);
  const { name, labels = {}, annotations = {}, creationTimestamp: created } = object.metadata;
  const { [uidAnnotation]: written, ...kept } = annotations;
  if (written !== uid) throw new Error(`${path} has the uid ${written ?? '(none)'}, not that of its folder`);
  return {
    uid,
    dir,
    name: name ?? '',
    ...(typeof created === 'string' && { created: new Date(created).toISOString() }),
    labels,
    annotations: kept,
    spec: object.spec,
  };
}

const withDefaults = (vm: LegacyObject): LegacyVm => ({ ...vm, spec: v.parse(vmSpecSchema, vm.spec) });
