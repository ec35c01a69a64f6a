/** What a control plane knows of one of its Machines. */
export interface ControlPlaneMachine {
  readonly name: string;
  readonly createdMs: number;
  readonly failureDomain: string | undefined;
  readonly hasNode: boolean;
  readonly isLeaving: boolean;
  /** Whether it is as the control plane wants its Machines now. */
  readonly isUpToDate: boolean;
  /** Whether people want it to go first. */
  readonly isMarked: boolean;
  /** The conditions of its components that are not as they should be, etcd among them. */
  readonly problems: readonly string[];
  /** Whether a health check has left its replacement to the control plane. */
  readonly needsRemediation: boolean;
  readonly isMarkedForRemediation: boolean;
}
