import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostProgram } from '@ignite/api/host-pod/host-pod';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type SecretFields, secretResource } from '@ignite/toolkit/core/resources/secret';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isPathSegment } from '@ignite/toolkit/object/name';
import { objectKind } from '@ignite/toolkit/scheme/object-kind';

const secretKind = objectKind<KubeObject & SecretFields>(secretResource, 'v1');

/** The entries of a Secret, and the folder in which a program finds them. */
export interface SecretFolder {
  readonly path: string;
  /** The contents by their names. */
  readonly entries: ReadonlyMap<string, Buffer>;
}

/** Returns the Secrets of a program, or the name of one that is not there. */
export async function readSecrets(
  { secrets }: HostProgram,
  namespace: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly SecretFolder[] | { readonly missing: string }> {
  const folders: SecretFolder[] = [];
  for (const { path, secretName } of secrets) {
    const secret = await new KindClient(client, secretKind).find({ namespace, name: secretName }, { signal });
    if (!secret) return { missing: secretName };
    const entries = Object.entries(secret.data ?? {})
      .filter(([name]) => isPathSegment(name))
      .map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
    folders.push({ path, entries: new Map(entries) });
  }
  return folders;
}

/** Writes Secrets for a program, each into a folder below `dir`, where only its user reads them. Returns the folders. */
export async function writeSecrets(
  folders: readonly SecretFolder[],
  dir: string,
  user: number,
): Promise<readonly string[]> {
  await rm(dir, { recursive: true, force: true });
  const written: string[] = [];
  for (const [at, { entries }] of folders.entries()) {
    const folder = join(dir, String(at));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, content] of entries) {
      const file = join(folder, name);
      await writeFile(file, content, { mode: 0o400 });
      await chown(file, user, user);
    }
    await chown(folder, user, user);
    written.push(folder);
  }
  return written;
}
