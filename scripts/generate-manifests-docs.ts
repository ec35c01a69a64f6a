import { scheme } from '../packages/legacy/src/scheme.ts';
import { explainedPart } from '../packages/toolkit/src/scheme/explain.ts';
import { writeGeneratedPart } from './generated-part.ts';
import { type DocumentedKind, manifestsReference } from './manifests-reference.ts';

const ours = 'ignite.weave.works/v1';
const old = 'ignite.weave.works/v1alpha4';

interface Section {
  readonly kind: string;
  readonly apiVersion: string;
  readonly part?: 'status';
  readonly text: string;
}

const sections: readonly Section[] = [
  { kind: 'VM', apiVersion: ours, text: 'A virtual machine.' },
  {
    kind: 'WarmPool',
    apiVersion: ours,
    text: 'VMs that are kept ready; see [pools.md](pools.md). `spec.template.spec` has the fields of a VM.',
  },
  {
    kind: 'Configuration',
    apiVersion: ours,
    text: 'The file `/etc/ignite/config.yaml`, or the file given with `--ignite-config`; see [migrating.md](migrating.md). It is not applied.',
  },
  {
    kind: 'GitSource',
    apiVersion: 'gitops.weave.works/v1',
    text: 'A Git repository as a source of manifests; see [gitops.md](gitops.md).',
  },
  {
    kind: 'Sync',
    apiVersion: 'gitops.weave.works/v1',
    text: 'Which part of a source is applied, and how; see [gitops.md](gitops.md).',
  },
  {
    kind: 'Secret',
    apiVersion: 'v1',
    text: 'Passwords, keys and certificates, encrypted where they are stored; see [security.md](security.md#secrets).',
  },
  { kind: 'ConfigMap', apiVersion: 'v1', text: 'Settings that are not secret.' },
  {
    kind: 'Namespace',
    apiVersion: 'v1',
    text: 'A scope for the names of objects. Deleting it does not delete the objects in it.',
  },
  {
    kind: 'Image',
    apiVersion: ours,
    text: 'An imported image. Images come with the VMs that name them, and are not applied.',
  },
  {
    kind: 'Kernel',
    apiVersion: ours,
    text: 'A kernel. Kernels come with the VMs that name them, and are not applied.',
  },
  {
    kind: 'VM',
    apiVersion: old,
    text: 'The VM of the original Ignite. v1alpha3 is the same; v1alpha2 has no `spec.sandbox`. Defaults are those of v1.',
  },
  {
    kind: 'VM',
    apiVersion: old,
    part: 'status',
    text:
      '`running` becomes `spec.power`; the rest is kept and has no effect. In v1alpha2 `ipAddresses` is a field of the status itself, ' +
      'and there is no `network`, `idPrefix` or `runtime.name`.',
  },
  {
    kind: 'Configuration',
    apiVersion: old,
    text: 'v1alpha3 has no `registryConfigDir`; v1alpha2 does not have this kind.',
  },
  {
    kind: 'Pool',
    apiVersion: old,
    text: 'Read and checked, but without effect, as in the original.',
  },
];

function documented({ kind, apiVersion, text, part: asked }: Section): DocumentedKind {
  const version = scheme.find(apiVersion, kind);
  if (!version) throw new Error(`there is no ${kind} in ${apiVersion}`);
  const part = asked ?? (version.fields ? 'object' : 'spec');
  const schema = part === 'object' ? explainedPart(version).schema : version[part];
  if (!schema) throw new Error(`${kind} in ${apiVersion} has no ${part}`);
  const title = `${kind} (${apiVersion})${part === 'status' ? ', status' : ''}`;
  return { title, schema, text, part };
}

/** Writes the reference of manifests into docs/manifests.md. */
writeGeneratedPart(
  'docs/manifests.md',
  'scripts/generate-manifests-docs.ts',
  manifestsReference(sections.map(documented)),
);
