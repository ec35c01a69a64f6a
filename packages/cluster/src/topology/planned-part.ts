import type { ContractReference } from '../contract/reference.ts';
import type { DecidedContent } from './merge-fields.ts';

/** An object that a topology consists of. */
export interface PlannedPart extends DecidedContent {
  readonly reference: ContractReference;
}
