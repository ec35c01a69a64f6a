import { type Kind, type KindVersion, type Versioned, hubOf } from '../../scheme/kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { versionOf } from '../../object/group-kind.ts';
import type { ServedKind } from './served-kind.ts';
import { servedKindOf } from './served-kind-of.ts';

/**
 * Pure. Returns the versions of a kind as a client over a store serves them: the hub, in which objects are stored, and after it
 * those that are converted to it. The rules of the hub hold for all of them.
 */
export const servedVersionsOf = (kind: Kind): readonly [ServedKind, ...ServedKind[]] => [
  servedKindOf(kind),
  ...kind.versions.flatMap((version) => servedVersion(kind, version) ?? []),
];

function servedVersion(kind: Kind, { apiVersion, conversion }: KindVersion): ServedKind | undefined {
  if (!conversion) return undefined;
  const hub = servedKindOf(kind);
  const storedAs = hubOf(kind).apiVersion;
  const toHub = convertedTo(storedAs, conversion.toHub);
  const fromHub = convertedTo(apiVersion, conversion.fromHub);
  const { withDefaults = (object) => object, problems = () => [] } = hub;
  return {
    ...hub,
    version: versionOf(apiVersion),
    conversion: {
      storedAs,
      convert: async (objects, wanted) => objects.map(wanted === storedAs ? toHub : fromHub),
    },
    withDefaults: (object) => fromHub(withDefaults(toHub(object))),
    problems: (object, old) => problems(toHub(object), old && toHub(old)),
  };
}

/** Pure. Returns what makes an object one of another version. */
export const convertedTo =
  (apiVersion: string, convert: (versioned: Versioned) => Versioned) =>
  (object: KubeObject): KubeObject => {
    const { metadata, spec, status } = object;
    const next = convert({ metadata, spec, ...(status !== undefined && { status }) });
    return {
      ...object,
      apiVersion,
      metadata: { ...(next.metadata as KubeObject['metadata']) },
      ...(next.spec !== undefined && { spec: next.spec }),
      ...(next.status !== undefined && { status: next.status }),
    };
  };
