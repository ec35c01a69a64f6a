/** A JSON object that is changed while it is converted. */
export type Fields = Record<string, unknown>;

/** What values depend on beside themselves. */
export interface Place {
  readonly namespace: string | undefined;
}

/** A difference between two versions, which is made and taken back in place. Values of another form stay as they are. */
export interface Move {
  readonly up: (fields: Fields, place: Place) => void;
  readonly down: (fields: Fields, place: Place) => void;
}

/** How a value is written in two versions. */
export interface Form {
  readonly up: (value: unknown, place: Place) => unknown;
  readonly down: (value: unknown, place: Place) => unknown;
}

const same: Form = { up: (value) => value, down: (value) => value };

/** A field is elsewhere in the newer version, such as `a.b` at `c.d`, and may be written differently. */
export const moved = (old: string, next: string, form: Form = same): Move => ({
  up: (fields, place) => transfer(fields, old, next, (value) => form.up(value, place)),
  down: (fields, place) => transfer(fields, next, old, (value) => form.down(value, place)),
});

/** A field is written differently at the same place. */
export const rewritten = (path: string, form: Form): Move => moved(path, path, form);

/** A field is missing in the newer version. */
export const dropped = (path: string): Move => ({
  up: (fields) => void taken(fields, path),
  down: () => {},
});

/** The objects at a place, one or a list of them, differ in themselves. */
export const within = (path: string, moves: readonly Move[]): Move => ({
  up: (fields, place) => inAll(fields, path, (each) => raise(each, moves, place)),
  down: (fields, place) => inAll(fields, path, (each) => lower(each, moves, place)),
});

/** Changes fields to those of the newer version. */
export function raise(fields: Fields, moves: readonly Move[], place: Place): void {
  for (const { up } of moves) up(fields, place);
}

/** Changes fields back to those of the older version. */
export function lower(fields: Fields, moves: readonly Move[], place: Place): void {
  for (const { down } of moves.toReversed()) down(fields, place);
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function transfer(fields: Fields, from: string, to: string, convert: (value: unknown) => unknown): void {
  const value = taken(fields, from);
  if (value === undefined) return;
  const names = to.split('.');
  let at = fields;
  for (const name of names.slice(0, -1)) {
    if (!isFields(at[name])) at[name] = {};
    at = at[name] as Fields;
  }
  at[names.at(-1)!] = convert(value);
}

/** Takes a field out, and with it the objects around it that are empty then. */
function taken(fields: Fields, path: string): unknown {
  const [name = '', ...rest] = path.split('.');
  if (!Object.hasOwn(fields, name)) return undefined;
  const value = fields[name];
  if (rest.length === 0) {
    delete fields[name];
    return value;
  }
  if (!isFields(value)) return undefined;
  const found = taken(value, rest.join('.'));
  if (found !== undefined && Object.keys(value).length === 0) delete fields[name];
  return found;
}

function inAll(fields: Fields, path: string, change: (each: Fields) => void): void {
  const found = path.split('.').reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), fields);
  for (const each of Array.isArray(found) ? (found as readonly unknown[]) : [found])
    if (isFields(each)) change(each);
}
