import { scheme } from '@ignite/legacy/scheme';
import { apiVersion as newest, group } from '@ignite/api/v1/group';
import { type ConvertedObject, convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DocumentFormat, documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { filenameFlag, pathOf, readManifestTexts } from './manifest-texts.ts';

const newestVersion = newest.slice(group.length + 1);
const versions = [
  ...new Set(
    scheme.kinds
      .filter((kind) => kind.group === group)
      .flatMap((kind) => kind.versions)
      .map(({ apiVersion }) => apiVersion.slice(group.length + 1)),
  ),
];

export const convert: Command = {
  name: 'convert',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Convert manifests to another API version, without applying them',
  examples: [
    'ignite convert -f old-vm.yaml > vm.yaml',
    'ignite convert -f vm.yaml --to v1alpha4 -o json',
    'ignite convert -f manifests/',
  ],
  flags: {
    filename: filenameFlag,
    to: {
      type: 'string',
      value: 'VERSION',
      default: newestVersion,
      help: `API version to convert to: ${versions.join(', ')}`,
    },
    output: { ...documentFlag, default: 'yaml' },
  },
  run: async (invocation) => {
    const { flags, signal } = invocation;
    const to = parseVersion(flags.text('to') ?? newestVersion);
    const format = documentFormatOf(flags) ?? 'yaml';
    const texts = await readManifestTexts(flags.list('filename'), signal);
    const files = texts.flatMap((each) =>
      each.kind === 'text'
        ? [each]
        : each.files
            .filter(({ path }) => !/(^|\/)kustomization\.ya?ml$/.test(path))
            .map((file) => ({ name: pathOf(each, file), text: file.text })),
    );
    const objects = files.flatMap(({ name, text }) => convertManifests(text, name, scheme, versionFor(to)));
    if (objects.length === 0) throw usageError('no objects found', 'manifests end in .yaml, .yml or .json');
    await print(objects, format, invocation);
    return 0;
  },
};

/** `v1alpha4`, or with the group. @throws CodedError USAGE_INVALID */
function parseVersion(text: string): string {
  const version = text.startsWith(`${group}/`) ? text.slice(group.length + 1) : text;
  if (versions.includes(version)) return `${group}/${version}`;
  const meant = nearest(version, versions);
  throw usageError(
    `--to ${text}: unknown version`,
    meant === undefined ? `use one of ${versions.join(', ')}` : `did you mean "${meant}"?`,
  );
}

/** Kinds of other groups, and those that have no version of ours because they have no effect, stay as they are. */
const versionFor =
  (to: string) =>
  (definition: KindVersion): string => {
    const { apiVersion, inert } = definition;
    const isOurs = apiVersion.startsWith(`${group}/`);
    const isUnversioned = inert !== undefined && scheme.find(to, definition.kind) === undefined;
    return isOurs && !isUnversioned ? to : apiVersion;
  };

async function print(
  objects: readonly ConvertedObject[],
  format: DocumentFormat,
  { io }: Invocation,
): Promise<void> {
  if (format === 'json') {
    const [first, ...more] = objects;
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await printDocument(more.length === 0 ? first : list, format, io);
    return;
  }
  const { stringify } = await import('yaml');
  io.out.write(objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n'));
}
