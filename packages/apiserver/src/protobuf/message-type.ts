/** How a field of a message is written in JSON. */
export interface Field {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'double' | 'boolean' | 'bytes' | 'time' | 'json' | MessageType;
  /** Whether there may be several values, or several with a name each. */
  readonly many?: 'list' | 'map';
  /** Whether a zero or `false` is left out in JSON, as if it had not been sent. */
  readonly omitsEmpty?: true;
  /** Pure. Returns what a message stands for, if that is another value than itself. */
  readonly meant?: (said: Readonly<Record<string, unknown>>) => unknown;
}

/** The fields of a message by their numbers. */
export type MessageType = Readonly<Record<number, Field>>;

export const text = (name: string): Field => ({ name, type: 'string' });
export const texts = (name: string): Field => ({ name, type: 'string', many: 'list' });
export const textMap = (name: string): Field => ({ name, type: 'string', many: 'map' });
export const bytes = (name: string): Field => ({ name, type: 'bytes' });
export const bytesMap = (name: string): Field => ({ name, type: 'bytes', many: 'map' });
export const integer = (name: string): Field => ({ name, type: 'integer' });
export const boolean = (name: string): Field => ({ name, type: 'boolean' });
export const double = (name: string): Field => ({ name, type: 'double' });
/** A field that is only there if it is true. */
export const flag = (name: string): Field => ({ name, type: 'boolean', omitsEmpty: true });
/** A number that is only there if it is not zero. */
export const count = (name: string): Field => ({ name, type: 'integer', omitsEmpty: true });
/** Any value, in a message of its own. */
export const json = (name: string): Field => ({
  name,
  type: { 1: { name: 'raw', type: 'json' } },
  meant: ({ raw }) => raw,
});
export const intOrString = (name: string): Field => ({
  name,
  type: { 1: integer('type'), 2: integer('int'), 3: text('text') },
  meant: ({ type, int = 0, text: words = '' }) => (type === 1 ? words : int),
});
export const time = (name: string): Field => ({ name, type: 'time' });
export const message = (name: string, type: MessageType): Field => ({ name, type });
export const messages = (name: string, type: MessageType, meant?: Field['meant']): Field => ({
  ...{ name, type, many: 'list' },
  ...(meant && { meant }),
});
export const messageMap = (name: string, type: MessageType): Field => ({ name, type, many: 'map' });
