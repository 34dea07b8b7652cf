import { type ReactNode, useEffect, useState } from 'react';

interface TextInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly list?: string;
  /** Shown while it is empty. */
  readonly placeholder?: string;
  readonly wide?: boolean;
  /** The dialog it stands in focuses it first. */
  readonly firstFocus?: boolean;
  /** Says why a text can't be taken; it stays in the field until it can. */
  readonly problem?: (value: string) => string | undefined;
}

/** A field that reports each change, and keeps what can't be taken in sight instead of throwing it away. */
export function TextInput({
  label,
  value,
  onChange,
  list,
  placeholder = '',
  wide,
  firstFocus,
  problem,
}: TextInputProps): ReactNode {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const wrong = problem?.(text);
  return (
    <input
      className="input draft-text"
      {...(firstFocus === true ? { 'data-first-focus': true } : {})}
      aria-label={label}
      aria-invalid={wrong !== undefined}
      title={wrong}
      style={{
        width: `calc(${wide === true ? 32 : Math.max(5, placeholder.length, Math.min(40, text.length))}ch + 18px)`,
      }}
      value={text}
      list={list}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => {
        setText(event.target.value);
        if (problem?.(event.target.value) === undefined) onChange(event.target.value);
      }}
    />
  );
}
