/** What a launch is told beside the object. */
export interface LaunchOptions {
  /**
   * The seconds for which outputs of the entrypoint that have grown too long to be kept wait for a client that
   * asks for all of them. None is expected if it is absent.
   */
  readonly awaitClientSeconds?: number;
  /** Boots a guest anew that is suspended, or that has not taken its own identity when it was to go on from a snapshot. */
  readonly cold?: boolean;
}
