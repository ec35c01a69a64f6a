import type { Admission } from '@ignite/toolkit/client/admission';
import type { Client } from './client.ts';

/** A client whose writes others can be given a say in. */
export interface AdmittingClient extends Client {
  /** Returns a client of the same host in whose writes others have a say. It ends with this one. */
  admittedBy(admission: Admission): Client;
}
