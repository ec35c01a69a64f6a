import { badRequest } from './object-error.ts';

/** One requirement of a label selector (Kubernetes `LabelSelectorRequirement`). */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' };

type Labels = Readonly<Record<string, string>>;

/** Pure. A label that is absent is in no set, and so fulfils `NotIn`. */
export function matchesLabels(labels: Labels, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case 'In':
        return value !== undefined && requirement.values.includes(value);
      case 'NotIn':
        return value === undefined || !requirement.values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}

/** Pure. Writes a selector as Kubernetes does, such as `a in (x,y),!b`. */
export function formatLabelSelector(requirements: readonly LabelRequirement[]): string {
  return requirements
    .map((requirement) => {
      switch (requirement.operator) {
        case 'In':
          return `${requirement.key} in (${requirement.values.join(',')})`;
        case 'NotIn':
          return `${requirement.key} notin (${requirement.values.join(',')})`;
        case 'Exists':
          return requirement.key;
        case 'DoesNotExist':
          return `!${requirement.key}`;
      }
    })
    .join(',');
}

const key = String.raw`(?<key>[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?)`;
const value = String.raw`[A-Za-z0-9]?[\w.-]*`;
const forms = {
  set: new RegExp(String.raw`^${key}\s+(?<operator>in|notin)\s*\((?<values>[\w.,\s-]*)\)$`),
  equality: new RegExp(String.raw`^${key}\s*(?<operator>==?|!=)\s*(?<value>${value})$`),
  existence: new RegExp(String.raw`^(?<not>!?)\s*${key}$`),
};

/**
 * Pure. Reads a selector as Kubernetes writes it: `a=x, b!=y, c in (x,y), d notin (x), e, !f`.
 * @throws ObjectError BAD_REQUEST
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^(]*\))/).map((part) => parseRequirement(part.trim()));
}

function parseRequirement(text: string): LabelRequirement {
  const { set, equality, existence } = {
    set: forms.set.exec(text)?.groups,
    equality: forms.equality.exec(text)?.groups,
    existence: forms.existence.exec(text)?.groups,
  };
  if (set)
    return {
      key: set['key']!,
      operator: set['operator'] === 'in' ? 'In' : 'NotIn',
      values: set['values']!.split(',').map((each) => each.trim()),
    };
  if (equality)
    return {
      key: equality['key']!,
      operator: equality['operator'] === '!=' ? 'NotIn' : 'In',
      values: [equality['value']!],
    };
  if (existence)
    return { key: existence['key']!, operator: existence['not'] === '' ? 'Exists' : 'DoesNotExist' };
  throw badRequest(`"${text}" is not a requirement of a label selector`);
}
