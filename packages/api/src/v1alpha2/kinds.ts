import type { KindDefinition } from '@ignite/toolkit/scheme/scheme';
import { image, kernel } from '../v1alpha4/image.ts';
import { pool } from '../v1alpha4/pool.ts';
import { vm } from './vm.ts';

const { apiVersion } = vm;

/** The kinds of v1alpha2, which has no Configuration yet. */
export const kinds: readonly KindDefinition[] = [
  vm,
  { ...image, apiVersion },
  { ...kernel, apiVersion },
  { ...pool, apiVersion, conversion: { toHub: (written) => written, fromHub: (hub) => hub } },
];
