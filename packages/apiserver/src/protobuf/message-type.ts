/** How a field of a message is written in JSON. */
export interface Field {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'bytes' | 'time' | 'json' | 'int-or-string' | MessageType;
  /** Whether there may be several values, or several with a name each. */
  readonly many?: 'list' | 'map';
}

/** The fields of a message by their numbers. */
export type MessageType = Readonly<Record<number, Field>>;

export const text = (name: string): Field => ({ name, type: 'string' });
export const texts = (name: string): Field => ({ name, type: 'string', many: 'list' });
export const textMap = (name: string): Field => ({ name, type: 'string', many: 'map' });
export const bytesMap = (name: string): Field => ({ name, type: 'bytes', many: 'map' });
export const integer = (name: string): Field => ({ name, type: 'integer' });
export const boolean = (name: string): Field => ({ name, type: 'boolean' });
export const intOrString = (name: string): Field => ({ name, type: 'int-or-string' });
export const time = (name: string): Field => ({ name, type: 'time' });
export const message = (name: string, type: MessageType): Field => ({ name, type });
export const messages = (name: string, type: MessageType): Field => ({ name, type, many: 'list' });
