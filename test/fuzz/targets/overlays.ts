import { scheme } from '@ignite/legacy/scheme';
import { decodeRevision } from '@ignite/toolkit/render/decode-revision';
import { substitute } from '@ignite/toolkit/render/substitute';
import { stringify } from 'yaml';
import { mutatedText, mutatedValue } from '../mutate.ts';
import { taken, target } from '../target.ts';
import { sampleObjects } from './sample-objects.ts';

const overlay = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: ['../base', 'vm.yaml'],
  namePrefix: 'a-',
  nameSuffix: '-b',
  namespace: 'prod',
  commonLabels: { host: 'one' },
  commonAnnotations: { note: 'x' },
  patches: [{ target: { kind: 'VM', name: 'web' }, patch: 'spec: {memory: ${SIZE:-1GB}}' }],
};
const manifests = sampleObjects.map((object) => stringify(object));
const withVariables = [
  'name: ${NAME}',
  'x: ${NAME:-${SIZE}}',
  'y: $${NAME}',
  'z: ${NAME:-a b}',
  '${',
  '${NAME',
];
const variables = { NAME: 'web', SIZE: '2GB' };
type Files = Readonly<Record<string, string>>;

export const overlays = target<Files>({
  name: 'overlays',
  make: (random) => {
    const mutated = (): string =>
      random.once(3)
        ? mutatedText([stringify(overlay)], ['resources: [.]', '- ../one', '- .', '../'], random)
        : stringify(mutatedValue(overlay, random));
    return {
      'one/kustomization.yaml': mutated(),
      'one/vm.yaml': mutatedText([...manifests, ...withVariables], ['${NAME}', '${NAME:-x}'], random),
      'base/kustomization.yaml': random.once(2) ? mutated() : 'resources: [db.yaml]\n',
      'base/db.yaml': random.pick(manifests),
    };
  },
  check: (texts) => {
    const files = Object.entries(texts).map(([path, text]) => ({ path, text, digest: path }));
    const revision = { files, path: 'one', unknownKinds: 'refuse' } as const;
    for (const given of [{}, { variables }]) decodeRevision({ ...revision, ...given }, scheme);
    for (const [path, text] of Object.entries(texts)) taken(() => substitute(text, variables, path));
  },
});
