import { scheme } from '../packages/api/src/scheme.ts';
import type { KindDefinition } from '../packages/toolkit/src/scheme/scheme.ts';
import { writeGeneratedPart } from './generated-part.ts';
import { type DocumentedKind, manifestsReference } from './manifests-reference.ts';
import { readSchemaComments } from './schema-comments.ts';

const api = 'packages/api/src';
const gitops = 'packages/toolkit/src/sync/kinds.ts';
const ours = 'ignite.weave.works/v1';
const old = 'ignite.weave.works/v1alpha4';

interface Section {
  readonly kind: string;
  readonly apiVersion: string;
  readonly part?: 'status';
  /** The file and the variable of its schema. */
  readonly schema: readonly [file: string, name: string];
  readonly text: string;
}

const sections: readonly Section[] = [
  { kind: 'VM', apiVersion: ours, schema: [`${api}/v1/vm.ts`, 'vmSpecSchema'], text: 'A virtual machine.' },
  {
    kind: 'Configuration',
    apiVersion: ours,
    schema: [`${api}/v1/configuration.ts`, 'configurationSpecSchema'],
    text: 'The file `/etc/ignite/config.yaml`, or the file given with `--ignite-config`; see [migrating.md](migrating.md). It is not applied.',
  },
  {
    kind: 'GitSource',
    apiVersion: 'gitops.weave.works/v1',
    schema: [gitops, 'gitSourceSpecSchema'],
    text: 'A Git repository as a source of manifests; see [gitops.md](gitops.md).',
  },
  {
    kind: 'Sync',
    apiVersion: 'gitops.weave.works/v1',
    schema: [gitops, 'syncSpecSchema'],
    text: 'Which part of a source is applied, and how; see [gitops.md](gitops.md).',
  },
  {
    kind: 'Image',
    apiVersion: ours,
    schema: [`${api}/v1/image.ts`, 'imageSpecSchema'],
    text: 'An imported image. Images come with the VMs that name them, and are not applied.',
  },
  {
    kind: 'Kernel',
    apiVersion: ours,
    schema: [`${api}/v1/kernel.ts`, 'kernelSpecSchema'],
    text: 'A kernel. Kernels come with the VMs that name them, and are not applied.',
  },
  {
    kind: 'VM',
    apiVersion: old,
    schema: [`${api}/v1alpha4/vm-spec.ts`, 'vmSpecSchema'],
    text: 'The VM of the original Ignite. v1alpha3 is the same; v1alpha2 has no `spec.sandbox`. Defaults are those of v1.',
  },
  {
    kind: 'VM',
    apiVersion: old,
    part: 'status',
    schema: [`${api}/v1alpha4/vm.ts`, 'vmStatusSchema'],
    text:
      '`running` becomes `spec.power`; the rest is kept and has no effect. In v1alpha2 `ipAddresses` is a field of the status itself, ' +
      'and there is no `network`, `idPrefix` or `runtime.name`.',
  },
  {
    kind: 'Configuration',
    apiVersion: old,
    schema: [`${api}/v1alpha4/configuration.ts`, 'configurationSpecSchema'],
    text: 'v1alpha3 has no `registryConfigDir`; v1alpha2 does not have this kind.',
  },
  {
    kind: 'Pool',
    apiVersion: old,
    schema: [`${api}/v1alpha4/pool.ts`, 'poolSpecSchema'],
    text: 'Read and checked, but without effect, as in the original.',
  },
];

function documented(): readonly DocumentedKind[] {
  const comments = readSchemaComments(sections.map(({ schema }) => schema));
  return sections.map(({ kind, apiVersion, text, part: asked }, at): DocumentedKind => {
    const part = asked ?? 'spec';
    const found = scheme.find(apiVersion, kind);
    const schema = part === 'status' ? found?.status : found?.spec;
    if (!found || !schema) throw new Error(`there is no ${kind} in ${apiVersion}`);
    const definition: KindDefinition = { ...found, spec: schema };
    const title = `${kind} (${apiVersion})${part === 'status' ? ', status' : ''}`;
    return { title, definition, comments: comments[at]!, text, part };
  });
}

/** Writes the reference of manifests into docs/manifests.md. */
writeGeneratedPart(
  'docs/manifests.md',
  'scripts/generate-manifests-docs.ts',
  manifestsReference(documented()),
);
