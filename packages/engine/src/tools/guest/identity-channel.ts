import type { Socket } from 'node:net';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import { connectToGuest } from './guest-socket.ts';

/** The longest answer of a guest, in characters. */
const longestAnswer = 4_096;
/** How long a guest may take, on a busy host too. Its own hooks are part of that. */
const patienceMs = 300_000;
/** How long a guest may take to keep a few megabytes. A guest that does not is only slower later. */
const preparationMs = 60_000;
/** How long a guest that is about to be prepared may take to say anything at all. One that still boots, or hangs, says nothing. */
const greetingMs = 10_000;
/** Asks a guest what it says as somebody connects. One that was saved as somebody left may not see that another one has come. */
const hello = 'hello\n';
/** How long a guest may take to change its host name. One that an older Ignite has booted says nothing. */
const renamingMs = 60_000;
const greetings = ['prepared', 'unprepared'];
/** Begins the line by which a guest tells that it has taken a step. */
const didPrefix = 'did ';

/** What a guest says of itself as somebody connects. One that an older Ignite has booted says nothing. */
interface GuestReadiness {
  /** Whether it has the programs by which it takes an identity. */
  readonly isPrepared: boolean;
}

/**
 * Gives a guest, which goes on from a snapshot of another VM, the seed with its own identity. Resolves once the guest says that
 * it has taken it.
 * @throws Error if it has not, or says nothing
 */
export async function giveIdentity(
  path: string,
  seedFor: (guest: GuestReadiness) => Promise<Uint8Array>,
  op: ClientOperation,
): Promise<void> {
  const patience = AbortSignal.any([op.signal, AbortSignal.timeout(patienceMs)]);
  const socket = await connectToGuest(path, patience);
  try {
    const answers = linesOf(socket);
    socket.write(hello);
    const greeting = await timed('guest: wake up', op, () => answers.next());
    const seed = await seedFor({ isPrepared: greeting.value?.trim() === 'prepared' });
    await request('become', seed, { socket, answers, op });
  } finally {
    socket.destroy();
  }
}

/**
 * Gives a guest of which a snapshot is about to be taken the programs by which its copies take their identity, unless it has them. They
 * are much larger than a seed.
 * @throws Error if it has not taken them
 */
export async function prepareGuest(
  path: string,
  programs: () => Promise<Uint8Array>,
  op: ClientOperation,
): Promise<void> {
  const patience = AbortSignal.any([op.signal, AbortSignal.timeout(preparationMs)]);
  const socket = await connectToGuest(path, patience);
  const silence = setTimeout(() => socket.destroy(), greetingMs);
  try {
    const answers = linesOf(socket);
    socket.write(hello);
    const greeting = await answers.next();
    clearTimeout(silence);
    if (greeting.value?.trim() !== 'unprepared') return;
    await request('prepare', await programs(), { socket, answers, op });
  } finally {
    clearTimeout(silence);
    socket.destroy();
  }
}

/**
 * Has a guest run what other ports of it ask for, and gives it the programs for that, unless it has them.
 * @throws Error if it does not, or says nothing
 */
export async function startServing(
  path: string,
  programs: () => Promise<Uint8Array>,
  op: ClientOperation,
): Promise<void> {
  const socket = await connectToGuest(path, op.signal);
  try {
    const answers = linesOf(socket);
    socket.write(hello);
    const greeting = await answers.next();
    const isPrepared = greeting.value?.trim() === 'prepared';
    const given = isPrepared ? new Uint8Array() : await programs();
    await request('serve', given, { socket, answers, op });
  } finally {
    socket.destroy();
  }
}

/**
 * Gives a running guest another host name.
 * @throws Error if it has not taken it, or says nothing
 */
export async function renameGuest(path: string, name: string, op: ClientOperation): Promise<void> {
  const patience = AbortSignal.any([op.signal, AbortSignal.timeout(renamingMs)]);
  const socket = await connectToGuest(path, patience);
  try {
    const answers = linesOf(socket);
    socket.write(hello);
    await answers.next();
    socket.write(`rename ${name}\n`);
    await untilDone({ socket, answers, op });
  } finally {
    socket.destroy();
  }
}

interface Conversation {
  readonly socket: Socket;
  readonly answers: AsyncIterable<string>;
  readonly op: ClientOperation;
}

/** Asks a guest to do something with an archive. Resolves once it says that this is done. */
async function request(
  what: 'become' | 'prepare' | 'serve',
  archive: Uint8Array,
  conversation: Conversation,
): Promise<void> {
  const { socket } = conversation;
  socket.write(`${what} ${archive.length}\n`);
  socket.write(archive);
  await untilDone(conversation);
}

/** Reads what a guest says of what it does, until it says that this is done. */
async function untilDone({ answers, op }: Conversation): Promise<void> {
  let sinceMs = performance.now();
  for await (const line of answers) {
    const said = line.trim();
    if (said === 'done') return;
    if (said.startsWith(didPrefix)) {
      const nowMs = performance.now();
      const step = said.slice(didPrefix.length);
      op.report({ kind: 'timing', what: `guest: ${step}`, milliseconds: nowMs - sinceMs });
      sinceMs = nowMs;
    } else if (said !== '' && !greetings.includes(said))
      throw new Error(`the guest answered: ${JSON.stringify(said)}`);
  }
  op.signal.throwIfAborted();
  throw new Error('the guest did not answer');
}

async function* linesOf(socket: Socket): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const part of socket.setEncoding('latin1') as AsyncIterable<string>) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longestAnswer) throw new Error('the guest sends a line without end');
  }
  return undefined;
}
