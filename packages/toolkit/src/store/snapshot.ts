import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { shapeCheck } from '../object/shape-check.ts';
import {
  type ListResult,
  type Revision,
  type Selector,
  type StoreReader,
  type WatchEvent,
  storeEmpty,
} from './store.ts';
import { type RowDecoder, type StoredRow, groupInText } from './stored-row.ts';

/** The delay in which successive changes are collected, to be written at once. */
const calmMs = 100;
const pollMs = 500;

/** The path of a snapshot, and the group that may read it. */
export interface SnapshotFile {
  readonly path: string;
  readonly gid: number;
}

/** The content of a store at one moment. */
export interface StoreContent {
  readonly revision: number;
  readonly rows: readonly StoredRow[];
}

/**
 * Keeps a file up to date for readers other than the store's owner. A reader that holds or locks the file
 * blocks nobody.
 */
export class SnapshotWriter implements Disposable {
  readonly #file: SnapshotFile;
  readonly #content: () => StoreContent;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: SnapshotFile, content: () => StoreContent) {
    this.#file = file;
    this.#content = content;
  }

  /** The revision of the file's content, if there is a file. */
  get revision(): number | undefined {
    const head = Buffer.alloc(64);
    try {
      const fd = openSync(this.#file.path, 'r');
      try {
        readSync(fd, head);
      } finally {
        closeSync(fd);
      }
    } catch {
      return undefined;
    }
    const written = /^\{"revision":(\d+),/.exec(head.toString())?.[1];
    return written === undefined ? undefined : Number(written);
  }

  /** Writes the file soon, and at the latest when disposed. */
  update(): void {
    this.#timer ??= setTimeout(() => this.#write(), calmMs).unref();
  }

  [Symbol.dispose](): void {
    if (this.#timer) this.#write();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { path, gid } = this.#file;
    const draft = `${path}.draft-${process.pid}`;
    try {
      writeFileSync(draft, JSON.stringify(this.#content()), { mode: 0o600 });
      chownSync(draft, process.getuid!(), gid);
      chmodSync(draft, 0o640);
      renameSync(draft, path);
    } catch {
      // Readers then wait for the next change. That is better than a failure for the writer of this one.
      rmSync(draft, { force: true });
    }
  }
}

/** Reads a store through its snapshot. All changes to an object between two snapshots are reported as one. */
export class SnapshotReader implements StoreReader, Disposable {
  readonly #path: string;
  readonly #decoder: RowDecoder;

  constructor(path: string, decoder: RowDecoder) {
    this.#path = path;
    this.#decoder = decoder;
  }

  async list({ group, kind }: GroupKind, selector?: Selector): Promise<ListResult> {
    const { revision, rows } = readContent(this.#path);
    const ofKind = rows.filter((row) => row.group === group && row.kind === kind);
    return { revision: String(revision), ...this.#decoder.all(ofKind, selector) };
  }

  async *watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    let seen = revision;
    let known: ReadonlyMap<string, KubeObject> | undefined;
    for (; !signal.aborted; await delay(pollMs, undefined, { signal }).catch(() => {})) {
      const { revision: upTo, items } = await this.list(kind);
      const now = new Map(items.map((object) => [object.metadata.uid, object]));
      const from = Number(revision);
      known ??= new Map([...now].filter(([, { metadata }]) => Number(metadata.resourceVersion) <= from));
      if (upTo === seen) continue;
      for (const event of changesBetween(known, now, upTo)) {
        yield event;
        if (signal.aborted) return;
      }
      known = now;
      seen = upTo;
      yield { type: 'BOOKMARK', revision: upTo };
    }
  }

  [Symbol.dispose](): void {}
}

function changesBetween(
  before: ReadonlyMap<string, KubeObject>,
  now: ReadonlyMap<string, KubeObject>,
  revision: Revision,
): readonly WatchEvent[] {
  const gone = [...before].filter(([uid]) => !now.has(uid)).map(([, object]) => object);
  const changed = [...now.values()]
    .filter(({ metadata }) => before.get(metadata.uid)?.metadata.resourceVersion !== metadata.resourceVersion)
    .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  return [
    ...gone.map((object): WatchEvent => ({ type: 'DELETED', revision, object })),
    ...changed.map((object): WatchEvent => {
      const type = before.has(object.metadata.uid) ? 'MODIFIED' : 'ADDED';
      return { type, revision: object.metadata.resourceVersion, object };
    }),
  ];
}

const contentProblem = shapeCheck({
  revision: 0,
  rows: [{ 'group?': '', kind: '', namespace: '', name: '', json: '' }],
});

function readContent(path: string): StoreContent {
  const content: unknown = parse(readFileSync(path, 'utf8'));
  if (contentProblem(content) !== undefined) throw storeEmpty(path);
  const { revision, rows } = content as StoreContent;
  return { revision, rows: rows.map(withGroup) };
}

/** Adds the group to a row that version 0.1.0 has written, until a writer writes the file anew. */
const withGroup = (row: StoredRow): StoredRow => ({
  ...row,
  group: row.group ?? groupInText(row.json) ?? '',
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
