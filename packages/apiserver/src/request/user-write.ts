import type { UserInfo } from './user-info.ts';

/** A request to write. */
export interface UserWrite {
  readonly user: UserInfo;
  /** Whether the user only tries what would be. */
  readonly isDryRun: boolean;
  /** Takes what others want the user to be told. */
  readonly warn: (warning: string) => void;
  /** Takes what others want the audit log to tell of the write. */
  readonly annotate: (key: string, value: string) => void;
}
