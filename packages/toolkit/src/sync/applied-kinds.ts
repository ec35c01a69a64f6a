import type { KindResource } from '../client/kind-client.ts';
import type { SyncTarget } from './sync-target.ts';

/** Kinds that manifests may declare beside those of the host itself. `kindOrder` names all of them. */
export type AppliedKinds = Pick<SyncTarget, 'actuator' | 'kindOrder'> & {
  readonly hostUses: NonNullable<SyncTarget['hostUses']>;
  /** The kinds whose objects no namespace takes with it. */
  readonly keepingNamespace: readonly KindResource[];
};
