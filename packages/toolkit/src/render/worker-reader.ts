import { Worker, parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '../errors/coded-error.ts';
import { errorText } from '../errors/error-text.ts';
import type { ImageUpdate, ImageUpdateRequest } from '../images/plan-image-updates.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { DecodedFile, RevisionText } from './decode-revision.ts';
import { DirectReader, type RenderErrorCode, type SourceReader } from './source-reader.ts';

export interface WorkerBounds {
  readonly deadlineMs: number;
  readonly heapMiB: number;
}

/** The default bounds. The YAML library takes 600 MiB for a file of 1 MiB that consists of keys alone. */
const usualBounds: WorkerBounds = { deadlineMs: 120_000, heapMiB: 1_024 };
const limits = { fileLength: 2 ** 20, objects: 20_000 };

type Job =
  | { readonly kind: 'decode'; readonly input: RevisionText }
  | { readonly kind: 'updateImages'; readonly input: ImageUpdateRequest };

type Answer =
  | { readonly output: unknown }
  | {
      readonly failure: {
        readonly code?: string;
        readonly message: string;
        readonly hint?: string;
        readonly further?: readonly string[];
      };
    };

/**
 * Reads each source in a worker thread of its own, so that nothing in a source holds up anything else. A
 * deadline and a heap limit bound the thread, and the main thread stays responsive to signals.
 */
export class WorkerReader implements SourceReader {
  readonly #program: string;
  readonly #bounds: WorkerBounds;

  /** @param program the path of a module that calls `answerAsWorker` */
  constructor(program: string, bounds: WorkerBounds = usualBounds) {
    this.#program = program;
    this.#bounds = bounds;
  }

  async decode(input: RevisionText, signal: AbortSignal): Promise<readonly DecodedFile[]> {
    return (await this.#run({ kind: 'decode', input }, signal)) as readonly DecodedFile[];
  }

  async updateImages(input: ImageUpdateRequest, signal: AbortSignal): Promise<readonly ImageUpdate[]> {
    return (await this.#run({ kind: 'updateImages', input }, signal)) as readonly ImageUpdate[];
  }

  async #run(job: Job, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const { deadlineMs, heapMiB } = this.#bounds;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const worker = new Worker(this.#program, {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const deadline = setTimeout(() => reject(tooSlow(deadlineMs)), deadlineMs);
    worker.once('message', (answer: Answer) =>
      'output' in answer ? resolve(answer.output) : reject(restored(answer.failure)),
    );
    worker.once('error', (failure: NodeJS.ErrnoException) =>
      reject(failure.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(heapMiB) : failure),
    );
    worker.once('exit', () => reject(new Error('the thread that reads sources ended without an answer')));
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abort);
      await worker.terminate();
    }
  }
}

/** The entire program of a module that a `WorkerReader` starts. */
export async function answerAsWorker(scheme: Scheme): Promise<void> {
  parentPort?.postMessage(await answer(workerData as Job, new DirectReader(scheme, limits)));
}

async function answer(job: Job, reader: DirectReader): Promise<Answer> {
  try {
    return {
      output: job.kind === 'decode' ? await reader.decode(job.input) : await reader.updateImages(job.input),
    };
  } catch (failure) {
    const coded = failure instanceof CodedError && {
      code: failure.code,
      hint: failure.hint,
      further: failure.further,
    };
    return { failure: { message: errorText(failure), ...coded } };
  }
}

const restored = ({
  code,
  message,
  hint = '',
  further = [],
}: Extract<Answer, { failure: unknown }>['failure']): Error =>
  code === undefined ? new Error(message) : new CodedError(code, message, { hint, further });

const renderError = (code: RenderErrorCode, what: string): CodedError<RenderErrorCode> =>
  new CodedError(code, what, { hint: 'check the latest commits; other sources are not affected' });

const tooSlow = (deadlineMs: number): CodedError =>
  renderError('RENDER_TIMEOUT', `the source could not be read within ${deadlineMs / 1_000} s`);

const tooLarge = (heapMiB: number): CodedError =>
  renderError('RENDER_TOO_LARGE', `the source could not be read with ${heapMiB} MiB of memory`);
