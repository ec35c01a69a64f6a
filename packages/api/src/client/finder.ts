/**
 * Finds the objects of a kind. It reads the world as it is, and needs no privilege beyond reading the data
 * directory.
 */
export interface Finder<T> {
  /** Lists all objects by name. The phase of VMs is checked against what really runs. */
  list(signal: AbortSignal): Promise<readonly T[]>;
  /**
   * Finds an object by its name or uid, or by an unambiguous prefix of either. An exact match wins over a
   * prefix. A reference to an image is completed first (`ubuntu` is `ubuntu:latest`) and must then match
   * exactly.
   * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS and likewise for other kinds
   */
  find(query: string, signal: AbortSignal): Promise<T>;
}
