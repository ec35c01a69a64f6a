import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import { olderConfiguration } from '../v1alpha4/configuration.ts';
import { image, kernel } from '../v1alpha4/image.ts';
import { pool } from '../v1alpha4/pool.ts';
import { vm } from '../v1alpha4/vm.ts';

const apiVersion = 'ignite.weave.works/v1alpha3';

/** The versions of the kinds of v1alpha3, which differ from v1alpha4 only in the fields of a Configuration. */
export const versions: readonly KindVersion[] = [
  { ...vm, apiVersion },
  { ...image, apiVersion },
  { ...kernel, apiVersion },
  { ...olderConfiguration, apiVersion },
  { ...pool, apiVersion, conversion: { toHub: (written) => written, fromHub: (hub) => hub } },
];
