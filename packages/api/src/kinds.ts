import type { Kind } from '@ignite/toolkit/scheme/kind';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { kinds as v1 } from './v1/kinds.ts';

/** The kinds that manifests of Ignite may contain. */
export const kinds: readonly Kind[] = [...v1, ...gitopsKinds];
