/** A kind within its API group. Two groups may have kinds of the same name. */
export interface GroupKind {
  /** The group, such as `apps`; empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** Pure. Returns the group of an `apiVersion`, which is `group/version`, or `version` in the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));

/** Pure. Returns the version in an `apiVersion`. */
export const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

export const groupKindOf = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): GroupKind => ({ group: groupOf(apiVersion), kind });

/** Pure. Writes a kind with its group, as kubectl does: `Deployment.apps`, or `Pod` in the core group. */
export const groupKindText = ({ group, kind }: GroupKind): string =>
  group === '' ? kind : `${kind}.${group}`;

/** Pure. Reads a kind that `groupKindText` has written. The name of a kind has no dot. */
export function parseGroupKind(text: string): GroupKind {
  const [, kind = text, group = ''] = /^([^.]+)\.(.+)$/.exec(text) ?? [];
  return { group, kind };
}
