import type { ImageConfig } from '@ignite/api/v1/image';

/** The files of an unpacked image that determine how it boots. */
export interface InitFacts {
  /** The path of `/sbin/init` in the image after all symlinks are followed. */
  readonly init?: string;
  readonly openrc: boolean;
}

const inits = ['/sbin/init', '/usr/sbin/init', '/lib/systemd/systemd', '/usr/lib/systemd/systemd', '/init'];
const shells = /^(\/usr)?(\/bin\/)?(ba|da|a|z)?sh$/;

/**
 * Pure. An image boots its own init if it has a real one and nothing else to run, since base images name a
 * shell as Cmd. So does one whose entrypoint ends with the init, which prepares a container for it. Busybox also
 * provides an init, which is useful only if openrc has set it up.
 */
export function bootModeOf(config: ImageConfig, facts: InitFacts): 'init' | 'entrypoint' {
  const argv = [...config.entrypoint, ...config.cmd];
  if (argv[0] !== undefined && inits.includes(argv[0])) return 'init';
  if (facts.init === undefined) return 'entrypoint';
  const isReal = !/\/busybox[^/]*$/.test(facts.init) || facts.openrc;
  const runsNothing =
    config.entrypoint.length === 0 && (argv.length === 0 || (argv.length === 1 && shells.test(argv[0]!)));
  const endsWithInit = inits.includes(argv.at(-1) ?? '');
  return isReal && (runsNothing || endsWithInit) ? 'init' : 'entrypoint';
}
