import type { Manifest } from '../codec/manifest.ts';
import { realPathOf } from '../files/real-path.ts';
import type { LiveObject } from '../apply/actuator.ts';
import { whyNotAllowed } from './allowance.ts';
import { type AllowSpec, allowsKind } from './allow-spec.ts';
import { keyText, objectKey } from '../object/object-key.ts';
import { ownerOf } from '../apply/plan-apply.ts';
import type { HostUses } from './host-use.ts';

export interface DeniedInput {
  readonly owner: string;
  readonly allow: AllowSpec;
  /** Treats objects without an owner as the source's own. */
  readonly adopt: boolean;
  readonly wanted: readonly Manifest[];
  readonly live: readonly LiveObject[];
}

/**
 * Finds the objects that a source may not declare, because of their kind or because of what they use of the
 * host. Returns the reasons by `keyText`. The host's symlinks are followed as they are at this moment.
 */
export async function findDenied(
  { owner, allow, adopt, wanted, live }: DeniedInput,
  hostUses: HostUses | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const denied = new Map<string, string>();
  const permitted = wanted.filter((manifest) => {
    if (allowsKind(allow, manifest.kind)) return true;
    const message = `objects of kind ${manifest.kind} are not allowed by spec.allow.kinds of the Sync`;
    denied.set(keyText(objectKey(manifest)), message);
    return false;
  });
  // What is applied elsewhere uses nothing of this host.
  if (!hostUses) return denied;
  const used = permitted.map((manifest) => ({ manifest, uses: hostUses[manifest.kind]?.(manifest) }));
  const realPaths = new Map<string, string | undefined>();
  for (const { path } of used.flatMap(({ uses = [] }) => uses.filter((use) => use.kind === 'path'))) {
    signal.throwIfAborted();
    if (!realPaths.has(path)) realPaths.set(path, await realPathOf(path));
  }
  const owners = new Map(live.map((object) => [keyText(objectKey(object)), ownerOf(object)]));
  const brought = new Set(
    live
      .filter(({ metadata }) => (metadata.ownerReferences ?? []).length === 0)
      .map((object) => keyText(objectKey(object))),
  );
  const declared = new Set(permitted.map((manifest) => keyText(objectKey(manifest))));
  const world = {
    realPathOf: (path: string) => realPaths.get(path),
    isOwn: (key: string) => {
      const other = owners.get(key);
      return declared.has(key) && (!owners.has(key) || other === owner || (adopt && other === undefined));
    },
    isBrought: (key: string) => brought.has(key),
  };
  for (const { manifest, uses } of used) {
    const reason = uses
      ? uses.map((use) => whyNotAllowed(use, allow, world)).find((each) => each !== undefined)
      : `it is not known which resources of the host objects of kind ${manifest.kind} use`;
    if (reason !== undefined) denied.set(keyText(objectKey(manifest)), reason);
  }
  return denied;
}
