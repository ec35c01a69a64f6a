import type { Admission } from '@ignite/toolkit/client/admission';
import type { UserWrite } from '../request/user-write.ts';

/** Gives others a say in what users write. */
export interface AdmissionPort {
  /** Returns those who have a say in what one request writes. */
  admissionFor(write: UserWrite): Admission;
}
