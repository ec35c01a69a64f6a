import * as v from 'valibot';
import type { GuestEnd } from '../vmm.ts';

/**
 * The request that makes QEMU write its events to a file, so that nobody needs to listen when the guest ends.
 * QEMU reads the request byte by byte, and forgets what it has not handled when it reaches the end of the
 * file. The line breaks delay that end.
 */
export const eventsRequest = `{"execute":"qmp_capabilities"}${'\n'.repeat(256)}`;

/** How a guest ended, by the reason in a SHUTDOWN event (QEMU's qapi/run-state.json, "ShutdownCause"). */
const ends: Readonly<Record<string, GuestEnd>> = {
  'guest-shutdown': 'powered-off',
  'guest-reset': 'rebooted',
  'guest-panic': 'panicked',
  'host-signal': 'stopped',
  'host-qmp-quit': 'stopped',
};

const shutdownSchema = v.object({ event: v.literal('SHUTDOWN'), data: v.object({ reason: v.string() }) });

/**
 * Pure. Returns how the guest ended, from lines of QEMU's machine protocol. Only the first SHUTDOWN event
 * counts; more of them follow if QEMU is told to end twice.
 */
export function guestEnd(events: string): GuestEnd | undefined {
  for (const line of events.split('\n')) {
    const event = v.safeParse(v.pipe(v.string(), v.parseJson(), shutdownSchema), line);
    if (event.success) return ends[event.output.data.reason];
  }
  return undefined;
}
