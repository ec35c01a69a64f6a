const longest = 63;
const defaultTemplate = '{{ .machineSet.name }}-{{ .random }}';

/** Pure. Returns the name of a new Machine; what is too long is cut off before the random part. */
export function machineName(template: string | undefined, setName: string, suffix: string): string {
  const written = template ?? defaultTemplate;
  const filled = written.replaceAll(/\{\{\s*\.machineSet\.name\s*\}\}/g, setName);
  const [before = '', ...after] = filled.split(/\{\{\s*\.random\s*\}\}/);
  const tail = `${suffix}${after.join(suffix)}`;
  return `${before.slice(0, longest - tail.length)}${tail}`;
}
