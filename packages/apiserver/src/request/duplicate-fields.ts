/** A place in a JSON text: inside an object or a list. */
interface Level {
  /** The names that an object has had so far; absent in a list. */
  readonly names?: Set<string>;
  /** The key that is being read. */
  key: string | number;
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** How many duplicates are told. */
const mostFound = 10;

/** Pure. Returns the paths of the first fields that a sound JSON text gives more than once. */
export function duplicateFields(json: string): readonly (readonly (string | number)[])[] {
  const found: (string | number)[][] = [];
  const levels: Level[] = [];
  let text = '';
  for (const [token] of json.matchAll(tokens)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ names: new Set(), key: '' });
    else if (token === '[') levels.push({ key: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level && !level.names) level.key = Number(level.key) + 1;
    else if (token === ':' && level?.names) {
      level.key = String(JSON.parse(text));
      if (level.names.has(level.key)) found.push(levels.map(({ key }) => key));
      if (found.length === mostFound) return found;
      level.names.add(level.key);
    }
    text = token;
  }
  return found;
}
