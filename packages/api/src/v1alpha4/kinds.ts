import type { KindDefinition } from '@ignite/toolkit/scheme/scheme';
import { configuration } from './configuration.ts';
import { image, kernel } from './image.ts';
import { pool } from './pool.ts';
import { vm } from './vm.ts';

export const kinds: readonly KindDefinition[] = [vm, image, kernel, configuration, pool];
