import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import { configuration } from './configuration.ts';
import { image, kernel } from './image.ts';
import { vm } from './vm.ts';

export const versions: readonly KindVersion[] = [vm, image, kernel, configuration];
