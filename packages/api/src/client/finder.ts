/**
 * What there is of a kind. Reads the world as it is, and needs no privilege beyond reading the data directory.
 */
export interface Finder<T> {
  /** All by name; VMs with their phase checked against what really runs. */
  list(signal: AbortSignal): Promise<readonly T[]>;
  /**
   * Names, uids and unambiguous prefixes of either name a thing; an exact match beats a prefix. A reference to an image
   * names what is called so once it is made whole (`ubuntu` is `ubuntu:latest`), and nothing longer.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS and likewise for other kinds
   */
  find(query: string, signal: AbortSignal): Promise<T>;
}
