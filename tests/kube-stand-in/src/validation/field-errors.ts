import type { JsonValue } from '../json.ts';
import type { FieldError } from '../status.ts';

/** The constructors of apimachinery's `field.Error`, with its wording. */

function quoted(value: JsonValue): string {
  return JSON.stringify(value);
}

export const required = (field: string, detail: string): FieldError => ({
  type: 'Required',
  field,
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
});

export const invalidValue = (field: string, value: JsonValue, detail: string): FieldError => ({
  type: 'Invalid',
  field,
  message: `Invalid value: ${quoted(value)}: ${detail}`,
});

export const notSupported = (field: string, value: string, supported: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  message: `Unsupported value: ${quoted(value)}: supported values: ${supported.map(quoted).join(', ')}`,
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'Forbidden',
  field,
  message: `Forbidden: ${detail}`,
});
