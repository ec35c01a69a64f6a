import type { ImageConfig } from '@ignite/api/v1/image';

/** What an unpacked image has that may boot it. */
export interface InitFacts {
  /** What `/sbin/init` really is after all symlinks, as a path in the image. */
  readonly init?: string;
  readonly openrc: boolean;
}

const inits = ['/sbin/init', '/usr/sbin/init', '/lib/systemd/systemd', '/usr/lib/systemd/systemd', '/init'];
const shells = /^(\/usr)?(\/bin\/)?(ba|da|a|z)?sh$/;

/**
 * Pure. An image boots its own init when it has a real one and nothing else to run: base images name a shell as Cmd.
 * Busybox calls itself init too, which means something only where openrc set it up.
 */
export function bootModeOf(config: ImageConfig, facts: InitFacts): 'init' | 'entrypoint' {
  const argv = [...config.entrypoint, ...config.cmd];
  if (argv[0] !== undefined && inits.includes(argv[0])) return 'init';
  if (facts.init === undefined) return 'entrypoint';
  const isReal = !/\/busybox[^/]*$/.test(facts.init) || facts.openrc;
  const runsNothing =
    config.entrypoint.length === 0 && (argv.length === 0 || (argv.length === 1 && shells.test(argv[0]!)));
  return isReal && runsNothing ? 'init' : 'entrypoint';
}
