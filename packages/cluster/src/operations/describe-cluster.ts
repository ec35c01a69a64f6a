import { assertNone, manifestInvalid } from '@ignite/toolkit/codec/errors';
import { checkAt, positionOf } from '@ignite/toolkit/codec/place';
import { readRawObjects } from '@ignite/toolkit/codec/read-raw-objects';
import type { DescribedCluster } from './described-cluster.ts';
import { describeKindConfig, kindApiVersion, kindConfigSchema } from './describe-kind-config.ts';
import { describeV1alpha1, v1alpha1ApiVersion, v1alpha1Schema } from './describe-v1alpha1.ts';

/**
 * Pure. Describes the cluster of a text that is a configuration of kind, or manifests of the first version of Cluster API.
 * Returns undefined for any other text.
 * @throws CodedError MANIFEST_INVALID
 */
export function describeCluster(text: string, file: string): DescribedCluster | undefined {
  const read = readRawObjects(text, file).map((each) => ({ ...each, apiVersion: apiVersionOf(each.raw) }));
  const [first] = read;
  if (first?.apiVersion !== kindApiVersion && first?.apiVersion !== v1alpha1ApiVersion) return undefined;
  const other = read.find(({ apiVersion }) => apiVersion !== first.apiVersion);
  const more = first.apiVersion === kindApiVersion ? read[1] : undefined;
  for (const wrong of [other, more])
    if (wrong)
      throw manifestInvalid(
        positionOf(wrong.place, []),
        `there is more than the cluster of ${first.apiVersion}`,
        'put it into a file of its own',
      );
  if (first.apiVersion === kindApiVersion) {
    const { output, problems } = checkAt(kindConfigSchema, first.raw, [], first.place);
    assertNone(problems);
    return output && describeKindConfig(output);
  }
  const checked = read.map(({ raw, place }) => checkAt(v1alpha1Schema, raw, [], place));
  assertNone(checked.flatMap(({ problems }) => problems));
  return describeV1alpha1(checked.flatMap(({ output }) => output ?? []));
}

const apiVersionOf = (raw: unknown): unknown =>
  typeof raw === 'object' && raw !== null && 'apiVersion' in raw ? raw.apiVersion : undefined;
