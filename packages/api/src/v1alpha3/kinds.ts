import type { KindDefinition } from '@ignite/toolkit/scheme/scheme';
import { olderConfiguration } from '../v1alpha4/configuration.ts';
import { image, kernel } from '../v1alpha4/image.ts';
import { pool } from '../v1alpha4/pool.ts';
import { vm } from '../v1alpha4/vm.ts';

const apiVersion = 'ignite.weave.works/v1alpha3';

/** The kinds of v1alpha3, which differ from v1alpha4 only in the fields of a Configuration. */
export const kinds: readonly KindDefinition[] = [
  { ...vm, apiVersion },
  { ...image, apiVersion },
  { ...kernel, apiVersion },
  { ...olderConfiguration, apiVersion },
  { ...pool, apiVersion, conversion: { toHub: (written) => written, fromHub: (hub) => hub } },
];
