import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import { image, kernel } from '../v1alpha4/image.ts';
import { pool } from '../v1alpha4/pool.ts';
import { vm } from './vm.ts';

const { apiVersion } = vm;

/** The versions of the kinds of v1alpha2, which has no Configuration yet. */
export const versions: readonly KindVersion[] = [
  vm,
  { ...image, apiVersion },
  { ...kernel, apiVersion },
  { ...pool, apiVersion, conversion: { toHub: (written) => written, fromHub: (hub) => hub } },
];
