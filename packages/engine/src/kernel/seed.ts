import { type CpioEntry, cpioArchive, file, withParents } from './cpio.ts';

/** Everything that makes a VM of an image this VM and no other. */
export interface GuestSeed {
  readonly vmUid: string;
  readonly hostname: string;
  readonly bootMode: 'init' | 'entrypoint';
  /** With the prefix length. */
  readonly address: string;
  readonly gateway: string;
  readonly dns: readonly string[];
  readonly authorizedKeys: readonly string[];
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  readonly argv: readonly string[];
  readonly environ: readonly string[];
  readonly user: string;
  readonly workDir: string;
  readonly stopSignal: string;
  /** Fresh random bytes for the guest's generator. */
  readonly entropy: Uint8Array;
  /** `path` is absolute in the guest. */
  readonly files: readonly { readonly path: string; readonly mode: number; readonly content: Uint8Array }[];
}

/** Pure. The archive on the read-only disk "seed", which guest/init reads; a whole number of 512-byte sectors. */
export function renderSeed(seed: GuestSeed): Buffer {
  const env = {
    VM_UID: seed.vmUid,
    HOSTNAME: seed.hostname,
    MODE: seed.bootMode,
    ADDRESS: seed.address,
    GATEWAY: seed.gateway,
    USER_SPEC: seed.user,
    WORKDIR: seed.workDir || '/',
    STOP_SIGNAL: seed.stopSignal || 'SIGTERM',
  };
  const address = seed.address.split('/')[0] ?? '';
  const entries: CpioEntry[] = [
    file('env', lines(Object.entries(env).map(([name, value]) => `${name}=${shellQuote(value)}`)), 0o600),
    file(
      'hosts',
      lines([
        '127.0.0.1 localhost',
        '::1 localhost ip6-localhost ip6-loopback',
        `${address} ${seed.hostname}`,
      ]),
    ),
    file('resolv.conf', lines(seed.dns.map((server) => `nameserver ${server}`))),
    file('argv', seed.argv.map(shellQuote).join(' ')),
    file('environ', seed.environ.map(shellQuote).join(' ')),
    file('entropy', seed.entropy, 0o600),
    ...(seed.authorizedKeys.length > 0
      ? [
          file('authorized_keys', lines(seed.authorizedKeys), 0o600),
          file('ssh_host_ed25519_key', seed.hostKey.privateKey, 0o600),
          file('ssh_host_ed25519_key.pub', seed.hostKey.publicKey),
        ]
      : []),
    ...seed.files.map(({ path, mode, content }) => file(`files${path}`, content, mode)),
  ];
  return cpioArchive(withParents(entries));
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** As one word for a POSIX shell, whatever it holds. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
