import { groupOf } from '@ignite/toolkit/object/group-kind';
import { type Form, isFields } from './field-moves.ts';

const units: Readonly<Record<string, number>> = {
  h: 3_600,
  m: 60,
  s: 1,
  ms: 0.001,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};
const duration = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/;

/** A time such as `1h30m`, which is a number of whole seconds now. */
export const seconds: Form = {
  up: (value) => {
    if (typeof value !== 'string') return value;
    if (value === '0') return 0;
    if (!duration.test(value)) return value;
    const parts = value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g);
    return Math.round([...parts].reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0));
  },
  down: (value) => (typeof value === 'number' ? durationText(value) : value),
};

/** Writes seconds as Go does. */
function durationText(value: number): string {
  const [hours, minutes, rest] = [Math.floor(value / 3_600), Math.floor((value % 3_600) / 60), value % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/** A reference with a version and a namespace, which are those of the contract and of the object now. */
export const reference: Form = {
  up: (value) => {
    if (!isFields(value) || typeof value['apiVersion'] !== 'string') return value;
    const { apiVersion, kind, name } = value;
    return { apiGroup: groupOf(apiVersion), kind, name };
  },
  down: (value, { namespace }) => {
    if (!isFields(value) || typeof value['apiGroup'] !== 'string') return value;
    const { apiGroup, kind, name } = value;
    return { apiVersion: `${apiGroup}/${versionIn(apiGroup)}`, kind, name, ...(namespace && { namespace }) };
  },
};

/** Our kinds of the infrastructure are of no older version. */
const versionIn = (group: string): string =>
  group === 'infrastructure.cluster.x-k8s.io' ? 'v1beta2' : 'v1beta1';

/** A reference to a template, whose version stays. */
export const templateReference: Form = {
  up: (value) => {
    if (!isFields(value)) return value;
    const { apiVersion, kind, name } = value;
    return { apiVersion, kind, name };
  },
  down: (value, { namespace }) => (isFields(value) && namespace ? { ...value, namespace } : value),
};

/** A node by its name alone, which was a whole reference. */
export const nodeReference: Form = {
  up: (value) => (isFields(value) ? { name: value['name'] } : value),
  down: (value) => (isFields(value) ? { apiVersion: 'v1', kind: 'Node', name: value['name'] } : value),
};

/** Arguments by their names, which are a list now. */
export const args: Form = {
  up: (value) =>
    isFields(value)
      ? Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, each]) => ({ name, value: each }))
      : value,
  down: (value) =>
    Array.isArray(value) && value.every(isFields)
      ? Object.fromEntries(value.map(({ name, value: each }) => [String(name), each]))
      : value,
};

/** Failure domains by their names, which are a list now. */
export const failureDomains: Form = {
  up: (value) =>
    isFields(value)
      ? Object.entries(value).map(([name, each]) => ({ name, ...(isFields(each) && each) }))
      : value,
  down: (value) =>
    Array.isArray(value) && value.every(isFields)
      ? Object.fromEntries(value.map(({ name, ...each }) => [String(name), each]))
      : value,
};
