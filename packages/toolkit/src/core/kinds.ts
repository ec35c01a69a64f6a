import type { Kind } from '../scheme/kind.ts';
import { configMapKind } from './config-map.ts';
import { eventKind } from './event.ts';
import { leaseKind } from './lease.ts';
import { namespaceKind } from './namespace.ts';
import { secretKind } from './secret.ts';

/** The kinds of Kubernetes itself that every store holds, in Kubernetes' own groups and versions. */
export const coreKinds: readonly Kind[] = [namespaceKind, configMapKind, secretKind, eventKind, leaseKind];
