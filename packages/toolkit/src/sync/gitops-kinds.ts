import { type Kind, defineKind } from '../scheme/kind.ts';
import { currentGitSourceSpec } from './current-git-source.ts';
import { gitSourceSpecSchema, gitopsApiVersion, initialSyncStatus, syncSpecSchema } from './kinds.ts';
import { gitSourceResource, syncResource } from './resources.ts';

export const gitopsKinds: readonly Kind[] = [
  defineKind({
    ...gitSourceResource,
    versions: [
      {
        apiVersion: gitopsApiVersion,
        kind: 'GitSource',
        spec: gitSourceSpecSchema,
        currentSpec: currentGitSourceSpec,
      },
    ],
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...syncResource,
    versions: [{ apiVersion: gitopsApiVersion, kind: 'Sync', spec: syncSpecSchema }],
    strategy: { initialStatus: initialSyncStatus },
  }),
];
