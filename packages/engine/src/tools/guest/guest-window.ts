import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { WindowSize } from '@ignite/api/client/vm-streams';
import { connectToGuest } from './guest-socket.ts';

/**
 * Tells a guest the size of its terminal, once the guest is ready. The socket sends one byte then, and takes lines:
 * `window ROWS COLUMNS`.
 */
export class GuestWindow {
  #size: WindowSize | undefined;
  #ready: Socket | undefined;

  constructor(path: string, signal: AbortSignal) {
    this.#open(path, signal).catch(() => {}); // the guest has ended, and needs no size
  }

  resize(size: WindowSize): void {
    this.#size = size;
    this.#tell();
  }

  async #open(path: string, signal: AbortSignal): Promise<void> {
    const socket = await connectToGuest(path, signal);
    await once(socket, 'data', { signal });
    this.#ready = socket;
    this.#tell();
  }

  #tell(): void {
    if (this.#size) this.#ready?.write(`window ${this.#size.rows} ${this.#size.columns}\n`);
  }
}
