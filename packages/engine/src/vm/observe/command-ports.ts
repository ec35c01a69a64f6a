import { existsSync } from 'node:fs';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, vmmSockets } from '../../tools/host/paths.ts';

/** Tells whether the machine of a running VM has ports for commands. One of Firecracker, or of an older Ignite, has none. */
export const hasCommandPorts = ({ metadata }: Pick<Vm, 'metadata'>, paths: Paths): boolean =>
  vmmSockets(paths, metadata.uid).commands.every((path) => existsSync(path));
