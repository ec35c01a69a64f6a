import { createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { StreamMeter } from '@ignite/toolkit/files/stream-meter';

export const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';

/** A blob of a layout. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** Writes an OCI layout (image-spec, "OCI Image Layout"). */
export class LayoutWriter {
  readonly #dir: string;
  readonly #signal: AbortSignal;

  private constructor(dir: string, signal: AbortSignal) {
    this.#dir = dir;
    this.#signal = signal;
  }

  /** Begins a layout in a new folder. */
  static async open(dir: string, signal: AbortSignal): Promise<LayoutWriter> {
    await mkdir(join(dir, 'blobs', 'sha256'), { recursive: true, mode: 0o700 });
    await writeFile(join(dir, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}', { mode: 0o600 });
    return new LayoutWriter(dir, signal);
  }

  /** Adds a blob with the content of a stream, packed with zstd. */
  async addPacked(source: Readable): Promise<Blob> {
    return await this.#add([source, createZstdCompress({ chunkSize: 2 ** 18 })]);
  }

  async addJson(value: object): Promise<Blob> {
    return await this.#add([Readable.from([Buffer.from(JSON.stringify(value))])]);
  }

  /** Writes the index, in which one manifest has a tag. */
  async tag(name: string, manifest: Blob & { readonly artifactType: string }): Promise<void> {
    const annotations = { 'org.opencontainers.image.ref.name': name };
    const manifests = [{ mediaType: manifestMediaType, ...manifest, annotations }];
    await writeFile(join(this.#dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }), {
      mode: 0o600,
    });
  }

  async #add(content: readonly [Readable, ...Transform[]]): Promise<Blob> {
    const blobs = join(this.#dir, 'blobs', 'sha256');
    const draft = join(blobs, 'draft');
    const meter = new StreamMeter();
    const file = createWriteStream(draft, { mode: 0o600 });
    await pipeline([...content, meter, file], { signal: this.#signal });
    const digest = meter.digest();
    await rename(draft, join(blobs, digest));
    return { digest: `sha256:${digest}`, size: meter.size };
  }
}
