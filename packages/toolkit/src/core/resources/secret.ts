import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { age } from '../../text/age.ts';

export interface SecretFields {
  /** The values, in Base64. */
  readonly data?: Readonly<Record<string, string>>;
  /** Values in plain text, which only writers use. */
  readonly stringData?: Readonly<Record<string, string>>;
  readonly type?: string;
}

interface Secret extends KubeObject, SecretFields {
  readonly kind: 'Secret';
}

export const secretResource = {
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'TYPE', cell: ({ type }) => type ?? '' },
    { title: 'DATA', cell: ({ data = {} }) => String(Object.keys(data).length) },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  summary: ({ type }) => type ?? '',
  commands: { list: 'ignite get secrets', remove: (name) => `ignite delete secret/${name}` },
  applyOrder: 0,
} satisfies Resource<Secret>;
