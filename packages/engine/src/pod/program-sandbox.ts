import { createHash } from 'node:crypto';

/** The identity of a program's sandbox. */
export interface ProgramSandbox {
  readonly uid: string;
  /** A user that no VMM and no tool has: theirs begin at 0x70000000 and 0x71000000, and have 24 bits too. */
  readonly user: number;
}

/** Pure. Returns the sandbox of a program, which is found again after anything that may happen to this process. */
export function programSandbox(podUid: string, name: string): ProgramSandbox {
  const id = createHash('sha256').update(`${podUid}/${name}`).digest('hex').slice(0, 16);
  return { uid: `program-${id}`, user: 0x72000000 + Number.parseInt(id.slice(0, 6), 16) };
}
