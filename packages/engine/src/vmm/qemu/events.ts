import * as v from 'valibot';
import type { GuestEnd } from '../vmm.ts';

/**
 * Has QEMU write its events down, so that nobody need listen when the guest ends. QEMU reads the file a byte at a time
 * and forgets what it has not done when it comes to the end: so the end is put off.
 */
export const eventsRequest = `{"execute":"qmp_capabilities"}${'\n'.repeat(256)}`;

/** The reasons of a SHUTDOWN event (QEMU's qapi/run-state.json, "ShutdownCause"). */
const ends: Readonly<Record<string, GuestEnd>> = {
  'guest-shutdown': 'powered-off',
  'guest-reset': 'rebooted',
  'guest-panic': 'panicked',
  'host-signal': 'stopped',
  'host-qmp-quit': 'stopped',
};

const shutdownSchema = v.object({ event: v.literal('SHUTDOWN'), data: v.object({ reason: v.string() }) });

/** Pure. Out of the lines of QEMU's machine protocol, among others; the first SHUTDOWN counts, others follow when it is asked twice. */
export function guestEnd(events: string): GuestEnd | undefined {
  for (const line of events.split('\n')) {
    const event = v.safeParse(v.pipe(v.string(), v.parseJson(), shutdownSchema), line);
    if (event.success) return ends[event.output.data.reason];
  }
  return undefined;
}
