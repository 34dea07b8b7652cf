/** The few DER encodings (ITU-T X.690) that an X.509 certificate is made of. */

function tlv(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length, ...digits]), content]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts));

export const set = (...parts: readonly Buffer[]): Buffer => tlv(0x31, Buffer.concat(parts));

export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));

export const octetString = (content: Buffer): Buffer => tlv(0x04, content);

/** `unused`: how many of the last byte's low bits carry nothing. */
export const bitString = (content: Buffer, unused = 0): Buffer =>
  tlv(0x03, Buffer.concat([Buffer.from([unused]), content]));

export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text, 'utf8'));

/** A whole number from 0 to 2^53 - 1. */
export function integer(value: number): Buffer {
  const digits: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  // A leading high bit would make the number negative.
  if (digits.length === 0 || (digits[0] ?? 0) > 0x7f) digits.unshift(0);
  return tlv(0x02, Buffer.from(digits));
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const base128 = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      base128.unshift((left % 128) | 0x80);
    }
    bytes.push(...base128);
  }
  return tlv(0x06, Buffer.from(bytes));
}

/** Whole seconds; years 1950 to 2049, which is all that this form can say. */
export const utcTime = (when: Date): Buffer =>
  tlv(0x17, Buffer.from(`${when.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`, 'ascii'));

export const contextTag = (number: number, constructed: boolean, content: Buffer): Buffer =>
  tlv(0x80 | (constructed ? 0x20 : 0) | number, content);
