/** A key of AES-256 with the name by which records refer to it. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The keys by which objects are encrypted. With a new current key, the former ones are still found. */
export interface KeyRing {
  /** Where the keys are kept, in the words of messages. */
  readonly place: string;
  /** Returns the key for writing, which is made when it is first needed. */
  current(): SealingKey;
  find(id: string): SealingKey | undefined;
}
