/** A floating-point number as Go's strconv.FormatFloat writes it; no `precision` means the fewest digits that tell it apart. */
export function formatFloat(value: number, form: 'e' | 'f' | 'g', precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  switch (form) {
    case 'e':
      return withTwoDigits(value.toExponential(precision));
    case 'f':
      return precision === undefined ? plain(value) : value.toFixed(Math.min(precision, 100));
    case 'g':
      return general(value, precision);
  }
}

/** `%g`: the exponent is written where it is below -4, or not below the precision, which is 6 when none is given. */
function general(value: number, precision: number | undefined): string {
  const wanted = precision === undefined ? undefined : Math.max(precision, 1);
  const text = value.toExponential(wanted === undefined ? undefined : Math.min(wanted - 1, 100));
  const [mantissa = '', tail = ''] = text.split('e');
  const short = wanted === undefined ? mantissa : mantissa.replace(/\.?0+$/, '');
  const exponent = Number(tail);
  const digits = short.replace(/[-.]/g, '').length;
  const threshold = wanted === undefined ? 6 : wanted > digits && digits >= exponent + 1 ? digits : wanted;
  if (exponent < -4 || exponent >= threshold) return withTwoDigits(`${short}e${tail}`);
  return plain(Number(`${short}e${tail}`));
}

/** Without an exponent, in the fewest digits. */
function plain(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', power = ''] = match;
  const digits = `${whole}${fraction}`;
  const point = Number(power) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

const withTwoDigits = (text: string): string =>
  text.replace(/e([+-])(\d)$/, (_whole, sign: string, digit: string) => `e${sign}0${digit}`);
