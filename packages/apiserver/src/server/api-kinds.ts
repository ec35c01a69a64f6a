import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedAdmissionKinds } from '../admission/admission-kinds.ts';
import { servedDefinitionKind } from '../custom-resource/definition/definition-kind.ts';
import type { ServedDefinitions } from '../custom-resource/served-definitions.ts';
import { servedEndpointSliceKind } from '../services/endpoint-slice.ts';
import { servedServiceKind } from '../services/service.ts';

/**
 * Returns the kinds that a client over a store must serve for the API beside those that every host keeps: the kinds
 * that the API itself follows, and those that are defined at the moment.
 */
export const apiKinds = (definitions: ServedDefinitions): readonly ServedKind[] => [
  servedDefinitionKind,
  ...servedAdmissionKinds,
  servedServiceKind,
  servedEndpointSliceKind,
  ...definitions.kinds,
];
