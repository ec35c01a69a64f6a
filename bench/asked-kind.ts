/** A kind whose objects are written and read while a server is measured. */
export interface AskedKind {
  readonly name: string;
  readonly path: string;
  readonly object: (name: string) => NamedObject;
  /** A merge patch that differs from one time to the next. */
  readonly patch: (time: number) => unknown;
}

interface NamedObject {
  readonly metadata: { readonly name: string };
}

export const askedNamespace = 'bench';

/** Objects are of some 800 bytes. */
const text = 'x'.repeat(600);

/** A kind of Kubernetes' own. */
const configMaps: AskedKind = {
  name: 'ConfigMap',
  path: `/api/v1/namespaces/${askedNamespace}/configmaps`,
  object: (name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'bench' } },
    data: { text, time: '0' },
  }),
  patch: (time) => ({ data: { time: String(time) } }),
};

/** A kind that a CustomResourceDefinition defines. */
const pots: AskedKind = {
  name: 'custom object',
  path: `/apis/garden.example/v1/namespaces/${askedNamespace}/pots`,
  object: (name) => ({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name, labels: { app: 'bench' } },
    spec: { size: 3, colour: 'red', species: text },
  }),
  patch: (time) => ({ spec: { size: time + 1 } }),
};

export const askedKinds: readonly AskedKind[] = [configMaps, pots];
