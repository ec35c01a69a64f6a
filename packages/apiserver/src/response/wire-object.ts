import type { KubeObject, ObjectMeta } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';

/** Metadata without the fields that Kubernetes leaves out where they are empty. */
type WireMeta = Partial<ObjectMeta> & { readonly deletionGracePeriodSeconds?: number };

/** An object as clients of the API see it. */
export type WireObject = Omit<KubeObject, 'metadata'> & { readonly metadata: WireMeta };

/** What of a kind decides how its objects are written. */
export type WireKind = Pick<ServedResource, 'hidesGeneration'>;

/** Pure. Returns an object in the form in which Kubernetes writes it. */
export function wireObject(
  { apiVersion, kind, metadata, ...content }: KubeObject,
  { hidesGeneration = false }: WireKind,
): WireObject {
  const meta = wireMeta(metadata);
  const { generation: _generation, ...others } = meta;
  return { apiVersion, kind, metadata: hidesGeneration ? others : meta, ...content };
}

function wireMeta(metadata: ObjectMeta): WireMeta {
  const { creationTimestamp, deletionTimestamp, ...rest } = metadata;
  const filled = Object.entries(rest).filter(([, value]) => !isEmpty(value));
  return {
    ...Object.fromEntries(filled),
    creationTimestamp: wholeSeconds(creationTimestamp),
    ...(deletionTimestamp !== undefined && {
      deletionTimestamp: wholeSeconds(deletionTimestamp),
      deletionGracePeriodSeconds: 0,
    }),
  };
}

const isEmpty = (value: unknown): boolean =>
  value === '' ||
  value === undefined ||
  value === null ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Kubernetes' times have no fractions of seconds. */
const wholeSeconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z');
