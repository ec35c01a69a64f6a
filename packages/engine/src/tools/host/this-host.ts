/** This host, as one of those that may share a store. */
export interface ThisHost {
  readonly name: string;
  /** True if the store is a file of this host, so that all VMs in it are its own. */
  readonly isAlone: boolean;
}
