import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';

interface WithConditions {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export const nameColumn: Column<KubeObject> = { title: 'NAME', cell: ({ metadata }) => metadata.name };

export const ageColumn: Column<KubeObject> = {
  title: 'AGE',
  cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs),
};

export const clusterColumn: Column<KubeObject & { readonly spec: { readonly clusterName: string } }> = {
  title: 'CLUSTER',
  cell: ({ spec }) => spec.clusterName,
};

/** A column that shows the status of a condition. */
export const conditionColumn = (
  type: string,
  title: string = type.toUpperCase(),
): Column<KubeObject & WithConditions> => ({
  title,
  cell: (object) => conditionStatus(object, type) ?? '',
});

const conditionStatus = ({ status }: WithConditions, type: string): string | undefined =>
  status?.conditions?.find((each) => each.type === type)?.status;

/** Says whether an object has a condition, in tables of several kinds. */
export const readinessBy =
  (type: string) =>
  (object: KubeObject & WithConditions): 'True' | 'False' =>
    conditionStatus(object, type) === 'True' ? 'True' : 'False';

/** Writes a number that is not known yet as nothing. */
export const count = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** Writes whether something holds; nothing while that is not known. */
export const told = (value: boolean | undefined): string => (value === undefined ? '' : String(value));
