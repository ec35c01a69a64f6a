/** The way to reach a VM over SSH: everything that OpenSSH's client needs, with the host key pinned. */
export interface SshTarget {
  readonly address: string;
  readonly user: string;
  /** Options for ssh(1) that name the key and the pinned host key, and forbid every prompt. */
  readonly args: readonly string[];
}
