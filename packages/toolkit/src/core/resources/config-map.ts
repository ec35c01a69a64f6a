import type { KubeObject } from '../../object/kube-object.ts';
import type { Resource } from '../../scheme/resource.ts';
import { age } from '../../text/age.ts';

interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export const configMapResource = {
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'DATA', cell: countOf },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
  summary: (configMap) => `entries: ${countOf(configMap)}`,
  commands: { list: 'ignite get configmaps', remove: (name) => `ignite delete configmap/${name}` },
  applyOrder: 0,
} satisfies Resource<ConfigMap>;

function countOf({ data = {}, binaryData = {} }: ConfigMap): string {
  return String(Object.keys({ ...data, ...binaryData }).length);
}
