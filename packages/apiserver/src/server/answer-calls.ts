import { callsProtocol, largestMessage } from '@ignite/api/remote/messages';
import type { Client } from '@ignite/api/client/client';
import type { Admission } from '@ignite/toolkit/client/admission';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { acceptLine, asksForLine } from '@ignite/toolkit/line/accept-line';
import type { Log } from '@ignite/toolkit/log/log';
import type { AdmissionPort } from '../admission/admission-port.ts';
import { type AuditTrail, AuditedExchange } from '../audit/audited-exchange.ts';
import type { Caller } from '../calls/authorize-call.ts';
import { callAdmission } from '../calls/call-admission.ts';
import { type LineOptions, serveLine } from '../calls/serve-line.ts';
import type { UserInfo } from '../request/user-info.ts';
import { nothingServed } from '../resource/served-resource.ts';
import { type Upgrade, checkOrigin, refuseUpgrade } from '../streams/upgrade.ts';
import { type AccessPorts, findUser, unknownUser } from './check-access.ts';
import type { ServerPlaces } from './server-places.ts';

/** What makes the calls of the clients of other hosts, and who decides which they may make. */
export interface CallPort {
  /** Returns what makes a call, in whose writes others have a say, if there are any. */
  readonly clientFor: (admission: Admission | undefined) => Client;
  readonly may: Caller['may'];
}

/** What of a server calls need. */
interface CallServer extends AccessPorts {
  readonly calls?: CallPort;
  readonly admission?: AdmissionPort;
  readonly audit?: AuditTrail | undefined;
  readonly log: Log;
}

export interface CallExchange {
  readonly upgrade?: Upgrade;
  readonly places: ServerPlaces;
  readonly ending: AbortSignal;
}

/**
 * Opens a line for a user, on which his client makes calls. Each of them is authorized by itself, as whoever the
 * credentials stand for by then.
 */
export async function answerCalls(
  server: CallServer,
  { upgrade, places, ending }: CallExchange,
  user: UserInfo | undefined,
): Promise<void> {
  const { calls, admission, audit, log } = server;
  if (!calls) throw nothingServed();
  if (!user) throw unknownUser();
  if (!upgrade || !asksForLine(upgrade.message, callsProtocol))
    throw badRequest(`only clients of Ignite call here, by WebSocket and "${callsProtocol}"`);
  checkOrigin(upgrade.message);
  using taken = new DisposableStack();
  taken.use(places.stream.enter());
  taken.use(places.stream.enterAs(user.name));
  const { message } = upgrade;
  const findCaller: LineOptions['findCaller'] = async (signal, audited) => {
    const caller = await findUser(server, { message, audited, signal });
    if (!caller) throw unknownUser();
    return caller;
  };
  const record: LineOptions['record'] = (url, request) => {
    const { headers, socket } = message;
    return audit && new AuditedExchange(audit, { url, headers, socket }, request);
  };
  const clientFor: LineOptions['clientFor'] = (write) =>
    calls.clientFor(admission && callAdmission(admission.admissionFor(write)));
  const line = await acceptLine(upgrade, { protocol: callsProtocol, largestMessage }).catch(refuseUpgrade);
  const held = taken.move();
  line.closed.addEventListener('abort', () => held.dispose(), { once: true });
  upgrade.takeOver();
  serveLine(line, { clientFor, may: calls.may, findCaller, record, ending, log });
}
