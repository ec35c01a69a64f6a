import type { Socket } from 'node:net';
import { connectToGuest } from './guest-socket.ts';

/** The longest answer of a guest, in characters. */
const longestAnswer = 4_096;
/** How long a guest may take, on a busy host too. Its own hooks are part of that. */
const patienceMs = 300_000;

/**
 * Gives a guest, which goes on from a snapshot of another VM, the seed with its own identity. Resolves once the guest says that
 * it has taken it.
 * @throws Error if it has not, or says nothing
 */
export async function giveIdentity(path: string, seed: Uint8Array, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const socket = await connectToGuest(path, patience);
  try {
    const answers = linesOf(socket);
    await answers.next(); // it is empty, and tells that somebody listens
    socket.write(`become ${seed.length}\n`);
    socket.write(seed);
    for await (const line of answers) {
      if (line.trim() === 'done') return;
      if (line.trim() !== '') throw new Error(`the guest answered: ${JSON.stringify(line.trim())}`);
    }
    signal.throwIfAborted();
    throw new Error('the guest did not answer');
  } finally {
    socket.destroy();
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = '';
  for await (const part of socket.setEncoding('latin1') as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longestAnswer) throw new Error('the guest sends a line without end');
  }
}
