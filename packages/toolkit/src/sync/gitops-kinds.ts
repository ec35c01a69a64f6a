import { type Kind, defineKind } from '../scheme/kind.ts';
import { gitSourceSpecSchema, gitopsApiVersion, initialSyncStatus, syncSpecSchema } from './kinds.ts';
import { gitSourceResource, syncResource } from './resources.ts';

export const gitopsKinds: readonly Kind[] = [
  defineKind({
    ...gitSourceResource,
    versions: [{ apiVersion: gitopsApiVersion, kind: 'GitSource', spec: gitSourceSpecSchema }],
    strategy: { initialStatus: {} },
  }),
  defineKind({
    ...syncResource,
    versions: [{ apiVersion: gitopsApiVersion, kind: 'Sync', spec: syncSpecSchema }],
    strategy: { initialStatus: initialSyncStatus },
  }),
];
