import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** The constants of the NBD protocol (github.com/NetworkBlockDevice/nbd, doc/proto.md). */
const greeting = Buffer.from('NBDMAGICIHAVEOPT');
const optionMagic = Buffer.from('IHAVEOPT');
const clientFlags = 3; // fixed newstyle, no zeroes
const exportNameOption = 1;
const requestMagic = 0x25609513;
const replyMagic = 0x67446698;
const command = { write: 1, disconnect: 2, flush: 3 } as const;

/**
 * Writes to the single disk that an NBD server on a unix socket serves. Each request is answered before the
 * next one is sent.
 */
export class NbdClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #parts: AsyncIterator<Buffer>;
  #pending = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#parts = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  static async connect(path: string, signal: AbortSignal): Promise<NbdClient> {
    const socket = connect({ path, signal });
    await once(socket, 'connect', { signal });
    socket.on('error', () => {}); // the reader gets the error; one after the last reply does not matter
    const client = new NbdClient(socket);
    await client.#negotiate();
    return client;
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    await this.#request(command.write, offset, data.length, data);
  }

  /** Resolves when everything that was written is on the disk. */
  async flush(): Promise<void> {
    await this.#request(command.flush, 0, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#socket.writable) return;
    this.#socket.end(header(command.disconnect, 0, 0));
    this.#socket.destroySoon();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  async #negotiate(): Promise<void> {
    const hello = await this.#read(greeting.length + 2);
    if (!hello.subarray(0, greeting.length).equals(greeting)) throw new Error('no NBD server answers');
    const option = Buffer.alloc(12 + 8);
    option.writeUInt32BE(clientFlags, 0);
    optionMagic.copy(option, 4);
    option.writeUInt32BE(exportNameOption, 12);
    this.#socket.write(option);
    await this.#read(8 + 2); // the size of the disk, and the server's capabilities
  }

  async #request(type: number, offset: number, length: number, data?: Uint8Array): Promise<void> {
    this.#socket.write(header(type, offset, length));
    if (data) this.#socket.write(data);
    const reply = await this.#read(16);
    if (reply.readUInt32BE(0) !== replyMagic) throw new Error('the NBD server violated the protocol');
    const errno = reply.readUInt32BE(4);
    if (errno !== 0) throw new Error(`the NBD server failed with errno ${errno}`);
  }

  async #read(length: number): Promise<Buffer> {
    while (this.#pending.length < length) {
      const { value, done } = await this.#parts.next();
      if (done === true) throw new Error('the NBD server closed the connection');
      this.#pending = Buffer.concat([this.#pending, value]);
    }
    const result = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return result;
  }
}

function header(type: number, offset: number, length: number): Buffer {
  const request = Buffer.alloc(28);
  request.writeUInt32BE(requestMagic, 0);
  request.writeUInt16BE(type, 6);
  request.writeBigUInt64BE(BigInt(offset), 16);
  request.writeUInt32BE(length, 24);
  return request;
}
