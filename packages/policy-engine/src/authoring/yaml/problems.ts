import type { ErrorCode } from 'yaml';

/** What is said about a syntax error, and what to do. */
export interface YamlProblemText {
  readonly code: 'yaml-syntax' | 'yaml-duplicate-key';
  readonly message: string;
  readonly hint: string;
}

const CHECK = 'Check indentation, colons and quotes here and on the line above.';

/** The errors people meet while typing, in plain words; the parser's own message for the rest. */
export function yamlProblem(code: ErrorCode, message: string): YamlProblemText {
  switch (code) {
    case 'DUPLICATE_KEY':
      return {
        code: 'yaml-duplicate-key',
        message: 'This key stands here twice.',
        hint: 'Keep one of the two: an API server would silently use the last.',
      };
    case 'TAB_AS_INDENT':
      return syntax('YAML is not indented with tabs.', 'Use spaces.');
    case 'BAD_INDENT':
      return syntax('This line is indented differently from what it belongs to.', CHECK);
    case 'MISSING_CHAR':
      return /implicit map key/i.test(message)
        ? syntax(
            'This line needs a colon after its key.',
            'Write `key: value`, or finish what you are typing.',
          )
        : syntax('A quote or bracket is opened here and never closed.', 'Close it.');
    case 'MULTILINE_IMPLICIT_KEY':
      return syntax(
        'This key goes over several lines.',
        'Perhaps a colon is missing, or a quote is not closed.',
      );
    case 'BLOCK_AS_IMPLICIT_KEY':
      return syntax(
        'A key with its value can not stand behind another key on the same line.',
        'Begin a new line, indented by two.',
      );
    case 'UNEXPECTED_TOKEN':
      return syntax('This is not expected here.', CHECK);
    case 'BAD_ALIAS':
      return syntax(
        'This alias refers to an anchor that is not there.',
        'Define it with `&name` above, or write the value out.',
      );
    default:
      return syntax(sentence(message), CHECK);
  }
}

function syntax(message: string, hint: string): YamlProblemText {
  return { code: 'yaml-syntax', message, hint };
}

function sentence(text: string): string {
  const line = text.split('\n')[0]?.trim() ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
